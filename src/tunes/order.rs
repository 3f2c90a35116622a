//! In which order a tune is played: what stands between repeat signs comes twice.

use super::{Bar, Event};

/// The events that are played, in their order, by their places in the row.
pub fn order(events: &[Event]) -> Vec<usize> {
    let mut order = Vec::new();
    // Where the part under way begins, and whether it is played for the second time.
    let (mut begin, mut again) = (0, false);
    // A repeat sign up to here only closes a second ending, which is as long as the first.
    let mut closes = 0;
    let mut at = 0;
    while at < events.len() {
        let next = at + 1;
        let Event::Bar(bar) = events[at] else {
            order.push(at);
            at = next;
            continue;
        };
        match bar {
            Bar::Close | Bar::Both if at <= closes => (begin, again) = (next, false),
            Bar::Close | Bar::Both | Bar::Second if !again => {
                (again, at) = (true, begin);
                continue;
            }
            Bar::First if again => {
                // On to the second ending; where there is none the first is played again.
                let rest = events[next..].iter();
                let ending = rest.take_while(|event| !ends_a_part(event));
                let mut ending = ending.enumerate();
                let place = ending.find(|(_, event)| **event == Event::Bar(Bar::Second));
                if let Some((ahead, _)) = place {
                    at = next + ahead + 1;
                    (begin, again, closes) = (at, false, at + ahead + 1);
                    continue;
                }
            }
            Bar::Line | Bar::First => {}
            _ => (begin, again, closes) = (next, false, 0),
        }
        at = next;
    }
    order
}

/// Is it a line beyond which a second ending belongs to something else?
fn ends_a_part(event: &Event) -> bool {
    use Bar::{Both, Close, Double, Open};
    matches!(event, Event::Bar(Open | Close | Both | Double))
}

#[cfg(test)]
mod tests {
    use super::super::abc;
    use super::*;

    fn played(body: &str) -> String {
        let line = format!("M:2/4 L:1/8 K:C {body}");
        let tune = abc::read(&line).expect("a tune");
        let letter = |at: usize| abc::body(tune.key, &tune.events[at..=at]);
        order(&tune.events).into_iter().map(letter).collect()
    }

    #[test]
    fn repeats_are_played_twice() {
        assert_eq!(played("C|D|E"), "CDE");
        assert_eq!(played("C|D:|E|F:|"), "CDCDEFEF");
        assert_eq!(played("C|:D|E:|F"), "CDEDEF");
        assert_eq!(played("|:C::D:|"), "CCDD");
        assert_eq!(played("C|D||E|F:|"), "CDEFEF");
    }

    #[test]
    fn endings_are_told_apart() {
        assert_eq!(played("C|1D:|2E|F"), "CDCEF");
        assert_eq!(played("C|1D|E:|2F||G:|"), "CDECFGG");
        // An ending without another.
        assert_eq!(played("C|1D:|E"), "CDCDE");
        // The sign that ends a second ending repeats nothing.
        assert_eq!(played("C|1D:|2E::F:|"), "CDCEFF");
        assert_eq!(played("C|1D:|2E|F|G:|"), "CDCEFGEFG");
        assert_eq!(played("C|1D:|E|1F:|2G"), "CDCDEFEG");
    }

    /// Whatever stands there, it ends, and nothing comes more than twice.
    #[test]
    fn it_ends() {
        let mut seed = 1u32;
        for _ in 0..2000 {
            let mut next = || {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                seed >> 16
            };
            let event = |n: u32| match n % 12 {
                n @ 0..7 => Event::Bar(Bar::ALL[n as usize]),
                _ => Event::Rest(24),
            };
            let events: Vec<Event> = (0..24).map(|_| event(next())).collect();
            let order = order(&events);
            for at in 0..events.len() {
                assert!(
                    order.iter().filter(|o| **o == at).count() <= 2,
                    "{events:?}"
                );
            }
        }
    }
}
