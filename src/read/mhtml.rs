//! A web page packed as a mail (`Web Archive` of Word) → [`Layout`], by way of `html`.
//!
//! # Source
//! RFC 2557 (MHTML), RFC 2045 (MIME).

use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use encoding_rs::Encoding;

use crate::{
    domain::record::Warning,
    layout::Layout,
    read::{error::ReadError, html},
    source::Budget,
};

/// Reads the first page of the mail.
///
/// # Errors
/// `Damaged` when there is none, `OverBudget` past a limit.
pub fn read(bytes: &[u8], budget: &mut Budget) -> Result<(Layout, Vec<Warning>), ReadError> {
    // Mail is ASCII but for bodies sent as they are, whose letters must pass unchanged.
    let text: String = bytes.iter().map(|&byte| char::from(byte)).collect();
    budget.charge_inflated(text.len() as u64)?;
    let (head, body) = split_head(&text);
    let parts: Vec<&str> = match parameter(head, "boundary") {
        Some(boundary) => body.split(&format!("--{boundary}")).skip(1).collect(),
        None => vec![text.as_str()],
    };
    for part in parts {
        budget.charge_operation()?;
        let (head, body) = split_head(part.trim_start());
        if !head.to_ascii_lowercase().contains("text/html") {
            continue;
        }
        let bytes = match header(head, "content-transfer-encoding").as_str() {
            "base64" => base64_bytes(body),
            "quoted-printable" => quoted_bytes(body),
            _ => latin_bytes(body),
        };
        let charset = parameter(head, "charset");
        let charset = charset.and_then(|label| Encoding::for_label(label.as_bytes()));
        return html::read(&bytes, charset, budget);
    }
    let detail = "expected a text/html part in the web archive, found none".to_owned();
    Err(ReadError::Damaged { detail })
}

/// The headers and the body, parted by the first empty line.
fn split_head(text: &str) -> (&str, &str) {
    let crlf = text.find("\r\n\r\n").map(|at| (at, at + 4));
    let lf = text.find("\n\n").map(|at| (at, at + 2));
    match crlf.into_iter().chain(lf).min() {
        Some((end, start)) => (&text[..end], &text[start..]),
        None => (text, ""),
    }
}

/// The value of a header in lower case.
fn header(head: &str, name: &str) -> String {
    let lower = head.to_ascii_lowercase();
    let mut lines = lower.lines().filter_map(|line| line.split_once(':'));
    lines.find(|(own, _)| own.trim() == name).map_or(String::new(), |(_, v)| v.trim().to_owned())
}

/// The value of a parameter, e.g. `boundary="x"`.
fn parameter<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    let at = head.to_ascii_lowercase().find(&format!("{name}="))?;
    let value = &head[at + name.len() + 1..];
    let value = match value.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next(),
        None => value.split([';', '\r', '\n', ' ']).next(),
    };
    value.filter(|value| !value.is_empty())
}

fn latin_bytes(text: &str) -> Vec<u8> {
    text.chars().map(|character| u8::try_from(character).unwrap_or(b'?')).collect()
}

fn base64_bytes(text: &str) -> Vec<u8> {
    let config =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let mut letters: Vec<u8> =
        text.bytes().filter(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(byte)).collect();
    // Four letters make three bytes; what is cut off in the middle is left out.
    letters.truncate(
        letters.len() / 4 * 4 + if letters.len() % 4 > 1 { letters.len() % 4 } else { 0 },
    );
    GeneralPurpose::new(&STANDARD, config.with_decode_allow_trailing_bits(true))
        .decode(&letters)
        .unwrap_or_default()
}

fn quoted_bytes(text: &str) -> Vec<u8> {
    let source = latin_bytes(text);
    let mut bytes = Vec::with_capacity(source.len());
    let mut rest = source.as_slice();
    while let Some((&byte, after)) = rest.split_first() {
        rest = match (byte, after) {
            (b'=', [b'\r', b'\n', after @ ..] | [b'\n', after @ ..]) => after,
            (b'=', [high, low, after @ ..])
                if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() =>
            {
                let digit = |byte: u8| char::from(byte).to_digit(16).unwrap_or_default() as u8;
                bytes.push(digit(*high) << 4 | digit(*low));
                after
            }
            _ => {
                bytes.push(byte);
                after
            }
        };
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Limits;

    #[track_caller]
    fn check(mail: &str, expect: &str) {
        let limits = Limits::default();
        let found = match read(mail.as_bytes(), &mut Budget::new(&limits)) {
            Ok((layout, _)) => layout.pages[0].blocks[0].lines[0].text(),
            Err(error) => error.to_string(),
        };
        assert_eq!(found, expect);
    }

    #[test]
    fn the_page_in_a_mail() {
        let mail = |encoding: &str, body: &str| {
            format!(
                "MIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\tboundary=\"B\"\r\n\r\n\
                 --B\r\nContent-Type: image/png\r\n\r\nx\r\n--B\r\n\
                 Content-Transfer-Encoding: {encoding}\r\n\
                 Content-Type: text/html; charset=\"utf-8\"\r\n\r\n{body}\r\n--B--"
            )
        };
        check(&mail("quoted-printable", "<p>K=E1=BA=BF h=\r\no=E1=BA=A1ch =3D</p>"), "Kế hoạch =");
        check(&mail("base64", "PHA+S+G6vyBob+G6oWNo\r\nPC9wPg=="), "Kế hoạch");
        // Cut off in the middle of a letter group.
        check(&mail("base64", "PHA+S+G6vyBob+G6oWNoP"), "Kế hoạch");
        check("MIME-Version: 1.0\n\nx", "expected a text/html part in the web archive, found none");
    }
}
