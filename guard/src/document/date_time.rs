//! Days and times as TOML writes them.

/// Whether `text` is a day, a time, or both, of RFC 3339. As in TOML 1.1, seconds and the offset from UTC
/// may be left out, and a blank may stand for the `T`.
pub(super) fn is_date_time(text: &str) -> bool {
    let mut rest = Rest(text.as_bytes());
    // The first mark of a time is a colon, after two digits.
    let has_day = rest.0.get(4) == Some(&b'-');
    if has_day {
        if !rest.day() {
            return false;
        }
        if rest.0.is_empty() {
            return true;
        }
        if !rest.any(b"Tt ") {
            return false;
        }
    }
    rest.time() && (!has_day || rest.offset()) && rest.0.is_empty()
}

/// How many days the month has, in the Gregorian calendar.
pub(crate) fn days_in_month(year: i64, month: u32) -> u32 {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// What is still to read.
struct Rest<'t>(&'t [u8]);

impl Rest<'_> {
    fn day(&mut self) -> bool {
        let Some(year) = self.number(4) else { return false };
        if !self.any(b"-") {
            return false;
        }
        let Some(month @ 1..=12) = self.number(2) else { return false };
        self.any(b"-")
            && matches!(self.number(2), Some(day) if (1..=days_in_month(year.into(), month)).contains(&day))
    }

    fn time(&mut self) -> bool {
        if !self.hour_and_minute() {
            return false;
        }
        if !self.any(b":") {
            return true;
        }
        // 60 is a leap second.
        if !matches!(self.number(2), Some(0..=60)) {
            return false;
        }
        !self.any(b".") || self.fraction()
    }

    fn offset(&mut self) -> bool {
        self.0.is_empty() || self.any(b"Zz") || (self.any(b"+-") && self.hour_and_minute())
    }

    fn hour_and_minute(&mut self) -> bool {
        matches!(self.number(2), Some(0..=23))
            && self.any(b":")
            && matches!(self.number(2), Some(0..=59))
    }

    fn fraction(&mut self) -> bool {
        let digits = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.0 = &self.0[digits..];
        digits > 0
    }

    /// The number that the next `digits` digits make.
    fn number(&mut self, digits: usize) -> Option<u32> {
        let (number, rest) = self.0.split_at_checked(digits)?;
        self.0 = rest;
        number.iter().try_fold(0, |sum, byte| {
            byte.is_ascii_digit().then(|| sum * 10 + u32::from(byte - b'0'))
        })
    }

    /// Takes the next byte, when it is one of `bytes`.
    fn any(&mut self, bytes: &[u8]) -> bool {
        match self.0.split_first() {
            Some((first, rest)) if bytes.contains(first) => {
                self.0 = rest;
                true
            }
            _ => false,
        }
    }
}
