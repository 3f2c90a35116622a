//! The visitor's own series, from a table or from numbers as they come (pure).

use std::rc::Rc;

use super::data::Series;
use crate::models::series::{LEAST_VALUES, MOST_VALUES};
use crate::ui::content::texts;
use crate::ui::table::Table;

/// Bytes of a text at most.
pub const MOST_BYTES: usize = 6_000_000;
/// Seasons to choose from.
pub const SEASONS: [u32; 5] = [1, 4, 7, 12, 24];

/// What was done to make a series of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// So many places without a number were filled, along a straight line.
    Filled(usize),
    /// Dates were not in order: they are now.
    Sorted,
    /// So many dates came twice: the later one stands.
    Doubled(usize),
    /// Each value is the mean of so many.
    Thinned(usize),
}

/// Why nothing can be made of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Useless {
    /// It is no text, or too long.
    NoText,
    /// There are no numbers in it.
    NoNumbers,
    /// There are so many values only.
    Short(usize),
    /// All values are the same.
    Constant,
}

/// What the visitor brought.
#[derive(Clone, Debug, PartialEq)]
pub struct Own {
    /// The text, to choose another column of.
    pub text: Rc<str>,
    /// Its columns with numbers: their places and names; empty if it is no table.
    pub columns: Vec<(usize, String)>,
    /// The one that is taken.
    pub column: usize,
    /// What was done with it.
    pub notes: Vec<Note>,
    /// What came of it.
    pub series: Rc<Series>,
}

impl Own {
    /// Of a text, and of its column at this place, if it has one; with a season of so many steps.
    pub fn read(text: Rc<str>, column: Option<usize>, season: u32) -> Result<Self, Useless> {
        if text.len() > MOST_BYTES {
            return Err(Useless::NoText);
        }
        let table = Table::read(&text);
        let columns = table.as_ref().map(numeric).unwrap_or_default();
        let chosen = column.filter(|column| columns.iter().any(|(at, _)| at == column));
        let column = chosen.or(columns.first().map(|(at, _)| *at)).unwrap_or(0);
        let (cells, dates) = match (&table, columns.is_empty()) {
            (Some(table), false) => (with_head(table, column), dates(table, column)),
            _ => (loose(&text), None),
        };
        let mut notes = Vec::new();
        let cells = in_order(cells, dates, &mut notes);
        let values = filled(&cells, &mut notes).ok_or(Useless::NoNumbers)?;
        if values.len() < LEAST_VALUES {
            return Err(Useless::Short(values.len()));
        }
        let values = thinned(values, &mut notes);
        if values.windows(2).all(|two| two[0] == two[1]) {
            return Err(Useless::Constant);
        }
        let name = columns
            .iter()
            .find(|(at, _)| *at == column)
            .map(|(_, name)| name.clone());
        let series = Series {
            title: name.unwrap_or_else(|| texts::series::yours::PLAIN.into()),
            unit: String::new(),
            source: String::new(),
            season,
            log: false,
            start: 1.0,
            per: 1.0,
            values,
        };
        Ok(Self {
            text,
            columns,
            column,
            notes,
            series: series.into(),
        })
    }
}

/// Columns at least half of which are numbers, but for the dates.
fn numeric(table: &Table) -> Vec<(usize, String)> {
    let is_numeric = |at: &usize| {
        let cells = table.column(*at).unwrap_or_default();
        let numbers = numbers(cells).into_iter().flatten().count();
        2 * numbers >= cells.len() && numbers > 0
    };
    let all = (0..table.names.len()).filter(is_numeric);
    all.map(|at| (at, table.names[at].clone())).collect()
}

/// A column's cells; if what should be its name is a number, that is one too.
fn with_head(table: &Table, column: usize) -> Vec<Option<f64>> {
    let cells = table.column(column).unwrap_or_default();
    let head = table.names.get(column).cloned().unwrap_or_default();
    let mut all = vec![head];
    all.extend_from_slice(cells);
    let mut numbers = numbers(&all);
    if numbers[0].is_none() {
        numbers.remove(0);
    }
    numbers
}

/// The first column other than `column` whose cells all begin with a year, as `2024-05-01` does: one
/// beside each number.
fn dates(table: &Table, column: usize) -> Option<Vec<String>> {
    let is_date = |cell: &String| {
        let (year, rest) = cell.split_at_checked(4).unwrap_or_default();
        let is_year = year.bytes().all(|b| b.is_ascii_digit()) && !year.is_empty();
        is_year && rest.starts_with(['-', '/', '.'])
    };
    let cells = (0..table.names.len()).filter(|at| *at != column);
    let mut cells = cells.filter_map(|at| table.column(at));
    let dates = cells.find(|cells| cells.iter().all(is_date))?;
    let counts = with_head(table, column).len() == dates.len();
    counts.then(|| dates.to_vec())
}

/// Numbers as they come, between spaces, line breaks, semicolons, and commas that are no decimal ones.
fn loose(text: &str) -> Vec<Option<f64>> {
    let by_comma = text.contains(", ") || text.lines().any(|line| line.matches(',').count() > 1);
    let between = |sign: char| sign.is_whitespace() || sign == ';' || (by_comma && sign == ',');
    let cells: Vec<String> = text
        .split(between)
        .filter(|cell| !cell.is_empty())
        .map(str::to_owned)
        .collect();
    let mut all = numbers(&cells);
    // A heading.
    let first = all.iter().position(Option::is_some).unwrap_or(all.len());
    all.drain(..first);
    all
}

/// Cells as numbers, of which the comma may be the decimal sign.
fn numbers(cells: &[String]) -> Vec<Option<f64>> {
    let has = |sign: char| cells.iter().any(|cell| cell.contains(sign));
    // 1.234,5 and 12,5, but not 1,234 and 12,345 alone.
    let last_is_comma = |cell: &String| match (cell.rfind(','), cell.rfind('.')) {
        (Some(comma), Some(point)) => comma > point,
        (Some(comma), None) => cell.len() - comma != 4 || cell.starts_with("0,"),
        _ => false,
    };
    let decimal_comma = has(',') && cells.iter().any(last_is_comma);
    let one = |cell: &String| {
        let cell = cell
            .trim()
            .trim_matches('"')
            .replace(['\u{a0}', '\u{202f}', ' ', '\''], "");
        let plain = match decimal_comma {
            true => cell.replace('.', "").replace(',', "."),
            false => cell.replace(',', ""),
        };
        let number: f64 = plain.replace('\u{2212}', "-").parse().ok()?;
        (number.is_finite() && number.abs() < 1e15).then_some(number)
    };
    cells.iter().map(one).collect()
}

/// By date, if there are dates.
fn in_order(
    cells: Vec<Option<f64>>,
    dates: Option<Vec<String>>,
    notes: &mut Vec<Note>,
) -> Vec<Option<f64>> {
    let Some(dates) = dates else { return cells };
    let mut rows: Vec<_> = dates.into_iter().zip(cells).collect();
    if !rows.is_sorted_by(|a, b| a.0 <= b.0) {
        notes.push(Note::Sorted);
        // Those of one date stay as they came.
        rows.sort_by(|a, b| a.0.cmp(&b.0));
    }
    let before = rows.len();
    rows.reverse();
    rows.dedup_by(|a, b| a.0 == b.0);
    rows.reverse();
    if rows.len() < before {
        notes.push(Note::Doubled(before - rows.len()));
    }
    rows.into_iter().map(|(_, cell)| cell).collect()
}

/// Without gaps; `None` if there are no numbers.
fn filled(cells: &[Option<f64>], notes: &mut Vec<Note>) -> Option<Vec<f64>> {
    let first = cells.iter().position(Option::is_some)?;
    let last = cells.iter().rposition(Option::is_some)?;
    let cells = &cells[first..=last];
    let gaps = cells.iter().filter(|cell| cell.is_none()).count();
    if gaps > 0 {
        notes.push(Note::Filled(gaps));
    }
    let mut values: Vec<f64> = Vec::with_capacity(cells.len());
    let mut before = (0, 0.0);
    for (t, cell) in cells.iter().enumerate() {
        let Some(value) = cell else { continue };
        let (at, from) = before;
        for gap in values.len()..t {
            let share = (gap - at) as f64 / (t - at) as f64;
            values.push(from + share * (value - from));
        }
        values.push(*value);
        before = (t, *value);
    }
    Some(values)
}

/// Means of neighbours, where there are too many values.
fn thinned(values: Vec<f64>, notes: &mut Vec<Note>) -> Vec<f64> {
    let every = values.len().div_ceil(MOST_VALUES);
    if every < 2 {
        return values;
    }
    notes.push(Note::Thinned(every));
    let mean = |part: &[f64]| part.iter().sum::<f64>() / part.len() as f64;
    values.chunks_exact(every).map(mean).collect()
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::{RngCore, SeedableRng};

    use super::*;

    fn read(text: &str) -> Result<Own, Useless> {
        Own::read(text.into(), None, 1)
    }

    fn values(text: &str) -> Vec<f64> {
        read(text).map_or_else(
            |why| panic!("{text:?}: {why:?}"),
            |own| own.series.values.clone(),
        )
    }

    const EIGHT: [f64; 8] = [1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];

    #[test]
    fn numbers_are_read_as_they_come() {
        for text in [
            "1.5 2 3 4 5 6 7 8",
            "value\n1.5\n2\n3\n4\n5\n6\n7\n8\n",
            "1,5\n2\n3\n4\n5\n6\n7\n8",
            "1.5, 2, 3, 4, 5, 6, 7, 8",
            "1,5;2;3;4;5;6;7;8",
        ] {
            assert_eq!(values(text), EIGHT, "{text:?}");
        }
        assert_eq!(
            values("1,234\n2,345\n1\n2\n3\n4\n5\n6")[..2],
            [1234.0, 2345.0]
        );
        assert_eq!(
            values("1.234,5\n2.345,5\n1\n2\n3\n4\n5\n6")[..2],
            [1234.5, 2345.5]
        );
    }

    #[test]
    fn tables_have_columns() {
        let rows: String = (0..9)
            .map(|i| format!("2024-0{}-01;n{i};{i},5;{}\n", i + 1, i * i))
            .collect();
        let own = read(&format!("date;name;a;b\n{rows}")).expect("reads");
        assert_eq!(own.columns, [(2, "a".into()), (3, "b".into())]);
        assert_eq!(
            (own.column, own.series.values[1], own.notes.len()),
            (2, 1.5, 0)
        );
        let other = Own::read(own.text.clone(), Some(3), 12).expect("reads");
        assert_eq!((other.series.values[8], other.series.season), (64.0, 12));
        // Dates out of order, one of them twice, and a gap.
        let mixed = "date,v\n2024-03,3\n2024-01,1\n2024-02,\n2024-04,4\n2024-05,5\n2024-06,6\n2024-07,7\n2024-08,8\n2024-08,9\n";
        let own = read(mixed).expect("reads");
        assert_eq!(own.series.values, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 9.0]);
        assert_eq!(own.notes, [Note::Sorted, Note::Doubled(1), Note::Filled(1)]);
    }

    #[test]
    fn what_is_no_series_is_told() {
        assert_eq!(read("").err(), Some(Useless::NoNumbers));
        assert_eq!(
            read("Once upon a time there was a bear.").err(),
            Some(Useless::NoNumbers)
        );
        assert_eq!(read("42").err(), Some(Useless::Short(1)));
        assert_eq!(read("NaN inf NaN 3 NaN").err(), Some(Useless::Short(1)));
        assert_eq!(read(&"5 ".repeat(30)).err(), Some(Useless::Constant));
        let million: String = (0..1_000_000).map(|i| format!("{}\n", i % 1009)).collect();
        let own = read(&million).expect("reads");
        assert_eq!(
            (own.series.values.len(), &own.notes[..]),
            (1000, &[Note::Thinned(1000)][..])
        );
    }

    /// Whatever comes, it is a series of finite values, or a reason.
    #[test]
    fn nothing_makes_it_panic() {
        let mut rng = ChaCha8Rng::seed_from_u64(9);
        let signs: Vec<char> = "0123456789.,;-\t\n \"'eEaN\u{2212}\u{a0}é/"
            .chars()
            .collect();
        for _ in 0..20_000 {
            let n = rng.next_u32() as usize % 60;
            let text: String = (0..n)
                .map(|_| signs[rng.next_u32() as usize % signs.len()])
                .collect();
            if let Ok(own) = Own::read(text.as_str().into(), Some(rng.next_u32() as usize % 4), 4) {
                let values = &own.series.values;
                assert!(
                    (LEAST_VALUES..=MOST_VALUES).contains(&values.len()),
                    "{text:?}"
                );
                assert!(values.iter().all(|value| value.is_finite()), "{text:?}");
            }
        }
    }
}
