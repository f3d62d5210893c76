//! A place in a text that moves over words, digits and blanks. Must not know what a date is.

/// Blank characters that are passed over between the parts of a date.
const MAX_SPACE_CHARS: usize = 40;

/// Reads forward from a place of a text.
#[derive(Debug, Clone)]
pub(super) struct Cursor<'a> {
    text: &'a str,
    at: usize,
    last_digits: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str, at: usize) -> Self {
        Self { text, at, last_digits: 0 }
    }

    /// The end of what was read last.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// The place behind blanks and line ends.
    fn behind_space(&self) -> usize {
        let space = self.rest().chars().take(MAX_SPACE_CHARS).take_while(|c| c.is_whitespace());
        self.at + space.map(char::len_utf8).sum::<usize>()
    }

    /// Passes over a word, compared without accents and case: `Tháng` is `thang`. Nothing but a
    /// letter may not follow: `12tháng7` is two numbers and a word.
    pub(super) fn eat_word(&mut self, folded: &str) -> bool {
        let start = self.behind_space();
        let mut end = start;
        let mut expected = folded.chars();
        for c in self.text[start..].chars() {
            let Some(wanted) = expected.next() else {
                if c.is_alphabetic() {
                    return false;
                }
                break;
            };
            if fold_char(c) != wanted {
                return false;
            }
            end += c.len_utf8();
        }
        let whole = expected.next().is_none();
        if whole {
            self.at = end;
        }
        whole
    }

    /// Passes over a word with its accents, whatever its case.
    pub(super) fn eat_exact_word(&mut self, word: &str) -> bool {
        let start = self.behind_space();
        let end = start + word.len();
        let is_same = self.text.get(start..end).is_some_and(|found| found.to_lowercase() == word);
        let is_whole = is_same && !self.text[end..].starts_with(char::is_alphabetic);
        if is_whole {
            self.at = end;
        }
        is_whole
    }

    /// Whether a word follows; stays where it is.
    pub(super) fn next_is_word(&self, folded: &str) -> bool {
        self.clone().eat_word(folded)
    }

    /// Passes over the next word when `meaning` knows it.
    pub(super) fn eat_known_word<T>(&mut self, meaning: impl Fn(&str) -> Option<T>) -> Option<T> {
        let start = self.behind_space();
        let letters = self.text[start..].chars().take_while(|c| c.is_alphabetic()).take(12);
        let word: String = letters.clone().map(fold_char).collect();
        let value = meaning(&word)?;
        self.at = start + letters.map(char::len_utf8).sum::<usize>();
        Some(value)
    }

    /// Passes over a number of at most `max` digits. More digits are another number.
    pub(super) fn digits(&mut self, max: usize) -> Option<u32> {
        let start = self.behind_space();
        let digits = self.text[start..].bytes().take(max + 1).take_while(u8::is_ascii_digit);
        let n_digits = digits.count();
        if n_digits == 0 || n_digits > max {
            return None;
        }
        self.at = start + n_digits;
        self.last_digits = n_digits;
        self.text[start..self.at].parse().ok()
    }

    /// Whether the number read last had exactly so many digits.
    pub(super) fn last_had(&self, n_digits: usize) -> bool {
        self.last_digits == n_digits
    }

    /// Passes over one of some characters, blanks around it included.
    pub(super) fn eat_one_of(&mut self, chars: &[char]) -> Option<char> {
        let start = self.behind_space();
        let found = self.text[start..].chars().next().filter(|c| chars.contains(c))?;
        self.at = start + found.len_utf8();
        Some(found)
    }

    /// [`Cursor::eat_one_of`] without the character.
    pub(super) fn eat_any(&mut self, chars: &[char]) -> bool {
        self.eat_one_of(chars).is_some()
    }

    /// Passes over blanks to write on: dots, dashes below, spaces.
    pub(super) fn blanks(&mut self) {
        let is_blank = |c: &char| c.is_whitespace() || matches!(c, '.' | '…' | '_' | '·');
        let blanks = self.rest().chars().take(MAX_SPACE_CHARS).take_while(is_blank);
        self.at += blanks.map(char::len_utf8).sum::<usize>();
    }

    /// Passes over a gap and the word behind it, and gives the gap: ` … ` in `ngày … tháng`.
    ///
    /// `None` when the word does not follow within `max_chars`, or when the gap holds words: at
    /// most three letters and digits together, and a letter only beside a digit (`A4`).
    pub(super) fn gap_before(&mut self, folded: &str, max_chars: usize) -> Option<&'a str> {
        let start = self.at;
        let mut probe = self.clone();
        let (mut n_letters, mut n_digits) = (0, 0);
        for c in self.rest().chars().take(max_chars) {
            let mut behind = Cursor::new(self.text, probe.at);
            if fold_char(c) == folded.chars().next().unwrap_or(' ') && behind.eat_word(folded) {
                let is_words = n_letters + n_digits > 3 || (n_letters > 0 && n_digits == 0);
                if is_words {
                    return None;
                }
                let gap = &self.text[start..probe.at];
                self.at = behind.at;
                return Some(gap);
            }
            n_letters += usize::from(c.is_alphabetic());
            n_digits += usize::from(c.is_ascii_digit());
            if n_letters + n_digits > 3 || matches!(c, ';' | ':' | '(' | ')') {
                return None;
            }
            probe.at += c.len_utf8();
        }
        None
    }

    /// Whether the digits at `start` are free of a number before them: `-12/5/2016` after a
    /// blank or a range `01/01/2020-31/12/2020` is, `3.12/5/2016` is not.
    pub(super) fn is_free_before(&self, start: usize) -> bool {
        let mut before = self.text[..start].chars().rev();
        match (before.next(), before.next()) {
            (Some('-'), Some(c)) => {
                c.is_whitespace() || c.is_ascii_digit() && self.year_before(start)
            }
            (Some(_), Some(c)) => !c.is_alphanumeric(),
            _ => true,
        }
    }

    /// Whether four digits stand before the dash before `start`.
    fn year_before(&self, start: usize) -> bool {
        let digits = self.text[..start - 1].bytes().rev().take_while(u8::is_ascii_digit).count();
        digits == 4
    }

    /// Whether a code goes on behind `end`: a slash, or a dot or hyphen and a letter or digit.
    pub(super) fn goes_on_as_code(&self, end: usize) -> bool {
        let mut after = self.text[end..].chars();
        match after.next() {
            Some('/') => true,
            Some('.') => after.next().is_some_and(|c| c.is_ascii_digit()),
            Some('-') => after.next().is_some_and(char::is_alphabetic),
            _ => false,
        }
    }
}

/// One letter without accent and in lower case.
fn fold_char(c: char) -> char {
    match c {
        'a'..='z' | '0'..='9' => c,
        'A'..='Z' => c.to_ascii_lowercase(),
        'à' | 'á' | 'ả' | 'ã' | 'ạ' | 'ă' | 'ằ' | 'ắ' | 'ẳ' | 'ẵ' | 'ặ' | 'â' | 'ầ' | 'ấ' | 'ẩ'
        | 'ẫ' | 'ậ' => 'a',
        'è' | 'é' | 'ẻ' | 'ẽ' | 'ẹ' | 'ê' | 'ề' | 'ế' | 'ể' | 'ễ' | 'ệ' => 'e',
        'ì' | 'í' | 'ỉ' | 'ĩ' | 'ị' => 'i',
        'ò' | 'ó' | 'ỏ' | 'õ' | 'ọ' | 'ô' | 'ồ' | 'ố' | 'ổ' | 'ỗ' | 'ộ' | 'ơ' | 'ờ' | 'ớ' | 'ở'
        | 'ỡ' | 'ợ' => 'o',
        'ù' | 'ú' | 'ủ' | 'ũ' | 'ụ' | 'ư' | 'ừ' | 'ứ' | 'ử' | 'ữ' | 'ự' => 'u',
        'ỳ' | 'ý' | 'ỷ' | 'ỹ' | 'ỵ' => 'y',
        'đ' | 'Đ' => 'd',
        // Some capitals, as of mathematics, have no small letter.
        c => match c.to_lowercase().next() {
            Some(small) if small != c => fold_char(small),
            _ => c,
        },
    }
}
