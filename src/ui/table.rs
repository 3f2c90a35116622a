//! Tables that a visitor brings: columns of text, or of numbers.

use std::rc::Rc;

/// What stands between the cells of a row; the one that cuts the first row finest is taken.
const BETWEEN: [u8; 3] = [b',', b';', b'\t'];

/// A table that a text holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// What its first row says, by column.
    pub names: Vec<String>,
    cells: Vec<Vec<String>>,
}

impl Table {
    /// Reads a table of at least two columns and two rows, all of the same length.
    pub fn read(text: &str) -> Option<Self> {
        let first = text.lines().next()?;
        let cuts = |sign: &u8| first.bytes().filter(|byte| byte == sign).count();
        let between = BETWEEN.into_iter().max_by_key(cuts)?;
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(between)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let names: Vec<String> = reader.headers().ok()?.iter().map(str::to_owned).collect();
        let mut cells = vec![Vec::new(); names.len()];
        for row in reader.records() {
            for (column, cell) in cells.iter_mut().zip(&row.ok()?) {
                column.push(cell.to_owned());
            }
        }
        let is_one = names.len() > 1 && !cells[0].is_empty();
        is_one.then_some(Self { names, cells })
    }

    /// The cells of a column.
    pub fn column(&self, column: usize) -> Option<&[String]> {
        self.cells.get(column).map(Vec::as_slice)
    }

    /// The column with the most letters: numbers are no text.
    pub fn wordiest(&self) -> usize {
        let letters = |column: &Vec<String>| {
            let all = column.iter().flat_map(|cell| cell.chars());
            all.filter(|sign| sign.is_alphabetic()).count()
        };
        let most = (0..self.cells.len()).max_by_key(|i| letters(&self.cells[*i]));
        most.unwrap_or(0)
    }

    /// The text of a column, a cell a line.
    pub fn text(&self, column: usize) -> Option<Rc<str>> {
        Some(self.cells.get(column)?.join("\n").into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_a_text() {
        let text = "name;year\n\"Ann; of Cleves\";1515\nBob ;9\n";
        let table = Table::read(text).expect("a table");
        assert_eq!(table.names, ["name", "year"]);
        assert_eq!(table.wordiest(), 0);
        assert_eq!(table.text(0).as_deref(), Some("Ann; of Cleves\nBob"));
        assert_eq!(table.text(1).as_deref(), Some("1515\n9"));
        assert_eq!(table.text(2), None);
    }

    #[test]
    fn what_is_no_table_is_none() {
        let prose = "Once, twice.\nAnd again.\n";
        for text in ["", "one\ntwo\n", "a,b\n", prose, "a,b\n1,2,3\n"] {
            assert_eq!(Table::read(text), None, "{text:?}");
        }
    }
}
