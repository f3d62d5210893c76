//! A name or sign → the key by which tables are searched. Must not decide what matches.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// The words of a name without diacritics, in small letters, one blank between them:
/// `Sở Lao động - Thương binh và Xã hội` becomes `so lao dong thuong binh va xa hoi`.
pub fn name_key(name: &str) -> String {
    let mut key = String::with_capacity(name.len());
    let mut in_gap = false;
    for c in name.nfd().filter(|c| !is_combining_mark(*c)) {
        let plain = match c {
            'đ' | 'Đ' | '\u{d0}' | '\u{f0}' => 'd',
            'ƣ' | 'Ƣ' => 'u',
            other => other,
        };
        if plain.is_alphanumeric() {
            if in_gap && !key.is_empty() {
                key.push(' ');
            }
            in_gap = false;
            key.extend(plain.to_lowercase());
        } else {
            in_gap = true;
        }
    }
    key
}

/// A sign in capitals without the marks that agencies put in or leave out:
/// `SLĐTB&XH`, `SLĐ-TBXH` and `slđtbxh` become `SLĐTBXH`. Đ stays apart from D.
pub fn sign_key(sign: &str) -> String {
    sign.nfc()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_uppercase)
        .map(|c| if c == '\u{d0}' { 'Đ' } else { c })
        .collect()
}

/// The letters and digits of a name in one word, for identifiers: `Cao Bằng` becomes `caobang`.
pub(super) fn slug(name: &str) -> String {
    name_key(name).replace(' ', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_by_their_words() {
        assert_eq!(
            name_key("Sở Lao động – Thương binh và Xã hội"),
            "so lao dong thuong binh va xa hoi"
        );
        assert_eq!(name_key("UỶ BAN  NHÂN DÂN"), "uy ban nhan dan");
        assert_eq!(name_key("a\u{323}\u{302}n"), "an");
        assert_eq!(name_key(""), "");
    }

    #[test]
    fn signs_keep_their_letters() {
        assert_eq!(sign_key("SLĐTB&XH"), "SLĐTBXH");
        assert_eq!(sign_key("BNN-MT"), "BNNMT");
        assert_ne!(sign_key("ĐA"), sign_key("DA"));
        assert_eq!(sign_key("Q\u{d0}"), "QĐ");
    }
}
