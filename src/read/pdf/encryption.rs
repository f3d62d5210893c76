//! Files whose encryption dictionary stands in the trailer itself. That is allowed, but
//! `lopdf` only decrypts with one that is an object of its own: it is made one by appending
//! an update to the file, as an editor would.
//!
//! # Source
//! ISO 32000-1, 7.5.6 (incremental updates) and 7.6.1.

use lopdf::{Dictionary, Document, Object};

/// The file with its encryption dictionary moved out of the trailer; `None` when there is
/// nothing to move.
pub(super) fn move_out_of_trailer(bytes: &[u8], document: &Document) -> Option<Vec<u8>> {
    let encrypt = document.trailer.get(b"Encrypt").ok()?.as_dict().ok()?;
    let previous = last_startxref(bytes)?;
    let number = document.max_id.checked_add(1)?;
    let mut out = bytes.to_vec();
    out.push(b'\n');
    let object_at = out.len();
    out.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
    write_dictionary(encrypt, &mut out);
    out.extend_from_slice(b"\nendobj\n");
    let xref_at = out.len();
    let mut trailer = document.trailer.clone();
    trailer.set("Encrypt", Object::Reference((number, 0)));
    trailer.set("Size", Object::Integer(i64::from(number) + 1));
    trailer.set("Prev", Object::Integer(previous));
    for key in [&b"Type"[..], b"W", b"Index", b"Filter", b"DecodeParms", b"Length", b"XRefStm"] {
        trailer.remove(key);
    }
    let table = format!("xref\n{number} 1\n{object_at:010} 00000 n \ntrailer\n");
    out.extend_from_slice(table.as_bytes());
    write_dictionary(&trailer, &mut out);
    out.extend_from_slice(format!("\nstartxref\n{xref_at}\n%%EOF\n").as_bytes());
    Some(out)
}

/// The offset after the last `startxref`.
fn last_startxref(bytes: &[u8]) -> Option<i64> {
    let key = b"startxref";
    let at = bytes.windows(key.len()).rposition(|window| window == key)?;
    let rest = bytes[at + key.len()..].trim_ascii_start();
    let end = rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
    std::str::from_utf8(&rest[..end]).ok()?.parse().ok()
}

fn write_dictionary(dict: &Dictionary, out: &mut Vec<u8>) {
    out.extend_from_slice(b"<<");
    for (key, value) in dict.iter() {
        write_name(key, out);
        out.push(b' ');
        write_object(value, out);
    }
    out.extend_from_slice(b">>");
}

/// Writes an object; `lopdf` has bounded how deep it can be nested.
fn write_object(object: &Object, out: &mut Vec<u8>) {
    match object {
        Object::Boolean(value) => out.extend_from_slice(value.to_string().as_bytes()),
        Object::Integer(value) => out.extend_from_slice(value.to_string().as_bytes()),
        Object::Real(value) => out.extend_from_slice(value.to_string().as_bytes()),
        Object::Name(name) => write_name(name, out),
        Object::String(bytes, _) => {
            let digits: String = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
            out.extend_from_slice(format!("<{digits}>").as_bytes());
        }
        Object::Array(items) => {
            out.push(b'[');
            for item in items {
                write_object(item, out);
                out.push(b' ');
            }
            out.push(b']');
        }
        Object::Dictionary(dict) => write_dictionary(dict, out),
        Object::Reference((number, generation)) => {
            out.extend_from_slice(format!("{number} {generation} R").as_bytes());
        }
        Object::Stream(_) | Object::Null => out.extend_from_slice(b"null"),
    }
}

fn write_name(name: &[u8], out: &mut Vec<u8>) {
    out.push(b'/');
    for &byte in name {
        if byte.is_ascii_alphanumeric() {
            out.push(byte);
        } else {
            out.extend_from_slice(format!("#{byte:02X}").as_bytes());
        }
    }
}
