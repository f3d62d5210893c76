//! What goes through the pipes: a short message, then bytes as they are.
//!
//! ```text
//!  u32 length of the message │ u64 length of the bytes │ message (postcard) │ bytes
//! ```

use std::io::{self, Read, Write};

use serde::{Serialize, de::DeserializeOwned};

/// Longest message: the layout of a document within its limits, and room to spare.
const MAX_MESSAGE_BYTES: u32 = 1 << 30;

/// Writes a message and the bytes that go with it.
pub(super) fn write(
    pipe: &mut impl Write,
    message: &impl Serialize,
    bytes: &[u8],
) -> io::Result<()> {
    let message = postcard::to_allocvec(message).map_err(io::Error::other)?;
    let length = u32::try_from(message.len()).map_err(io::Error::other)?;
    pipe.write_all(&length.to_le_bytes())?;
    pipe.write_all(&(bytes.len() as u64).to_le_bytes())?;
    pipe.write_all(&message)?;
    pipe.write_all(bytes)?;
    pipe.flush()
}

/// Reads the next message and its bytes; `None` when the other side has closed the pipe.
pub(super) fn read<T: DeserializeOwned>(pipe: &mut impl Read) -> io::Result<Option<(T, Vec<u8>)>> {
    let mut length = [0; 4];
    let first = pipe.read(&mut length)?;
    if first == 0 {
        return Ok(None);
    }
    pipe.read_exact(&mut length[first..])?;
    let length = u32::from_le_bytes(length);
    if length > MAX_MESSAGE_BYTES {
        return Err(io::Error::other("expected a message, found something longer"));
    }
    let mut n_bytes = [0; 8];
    pipe.read_exact(&mut n_bytes)?;
    let message = exactly(pipe, u64::from(length))?;
    let bytes = exactly(pipe, u64::from_le_bytes(n_bytes))?;
    Ok(Some((postcard::from_bytes(&message).map_err(io::Error::other)?, bytes)))
}

/// So many bytes; memory is taken as they come, and all at once when they are not many.
fn exactly(pipe: &mut impl Read, n_bytes: u64) -> io::Result<Vec<u8>> {
    const AT_ONCE: u64 = 1 << 30;
    let mut bytes = Vec::with_capacity(n_bytes.min(AT_ONCE) as usize);
    if pipe.take(n_bytes).read_to_end(&mut bytes)? as u64 != n_bytes {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let mut pipe = Vec::new();
        write(&mut pipe, &("đọc", 7_u32), b"bytes").unwrap();
        write(&mut pipe, &("thôi", 8_u32), b"").unwrap();
        let mut pipe = pipe.as_slice();
        let next = |pipe: &mut &[u8]| read::<(String, u32)>(pipe).unwrap();
        assert_eq!(next(&mut pipe), Some((("đọc".to_owned(), 7), b"bytes".to_vec())));
        assert_eq!(next(&mut pipe), Some((("thôi".to_owned(), 8), Vec::new())));
        assert_eq!(next(&mut pipe), None);
    }

    #[test]
    fn what_is_cut_off_is_an_error() {
        let mut pipe = Vec::new();
        write(&mut pipe, &1_u32, b"bytes").unwrap();
        for length in 1..pipe.len() {
            assert!(read::<u32>(&mut &pipe[..length]).is_err(), "{length}");
        }
        // A library that prints to standard output.
        assert!(read::<u32>(&mut b"warning: bad font".as_slice()).is_err());
    }
}
