//! Frames: a length in four bytes, big-endian, and that many bytes of JSON. Bounded both ways.

use std::io;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use zeroize::Zeroizing;

/// The largest request: the largest seed, most characters of it escaped, and its secrets.
pub(super) const MAX_REQUEST: usize = 10 * 1024 * 1024;

/// The largest answer: a line for every entry of the largest seed.
pub(super) const MAX_RESPONSE: usize = 64 * 1024 * 1024;

/// Reads a frame. `None` where the other side closed without a word.
pub(super) async fn read<T: DeserializeOwned>(
    stream: &mut (impl AsyncRead + Unpin),
    max: usize,
) -> io::Result<Option<T>> {
    let mut length = [0; 4];
    match stream.read_exact(&mut length).await {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
    if length > max {
        return Err(invalid("the frame is too long"));
    }
    // Grows with what comes, not with what is announced.
    let mut bytes = Zeroizing::new(Vec::new());
    let announced = u64::try_from(length).unwrap_or(u64::MAX);
    stream.take(announced).read_to_end(&mut bytes).await?;
    if bytes.len() < length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    // Not the parser's own words: they may quote what they stumbled over.
    serde_json::from_slice(&bytes)
        .map(Some)
        .map_err(|_| invalid("the frame is not understood; are both of one version?"))
}

/// Writes a frame.
pub(super) async fn write<T: Serialize>(
    stream: &mut (impl AsyncWrite + Unpin),
    value: &T,
    max: usize,
) -> io::Result<()> {
    let bytes = Zeroizing::new(serde_json::to_vec(value)?);
    let length = u32::try_from(bytes.len())
        .ok()
        .filter(|_| bytes.len() <= max);
    let length = length.ok_or_else(|| invalid("the frame is too long"))?;
    stream.write_all(&length.to_be_bytes()).await?;
    stream.write_all(&bytes).await?;
    stream.flush().await
}

fn invalid(reason: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn frames_come_back_as_they_went() {
        let (mut one, mut other) = tokio::io::duplex(64);
        let sent = vec!["a".to_owned(), "b".repeat(500)];
        let (wrote, got) = tokio::join!(
            write(&mut one, &sent, 1000),
            read::<Vec<String>>(&mut other, 1000)
        );
        wrote.unwrap();
        assert_eq!(got.unwrap(), Some(sent));
    }

    #[tokio::test]
    async fn a_frame_that_is_too_long_cut_short_or_not_json_is_refused() {
        for (bytes, expected) in [
            (&b"\xff\xff\xff\xff"[..], io::ErrorKind::InvalidData),
            (&b"\0\0\0\x08[1,"[..], io::ErrorKind::UnexpectedEof),
            (&b"\0\0\0\x02[1"[..], io::ErrorKind::InvalidData),
        ] {
            let mut bytes = bytes;
            let error = read::<Vec<u8>>(&mut bytes, 100).await.unwrap_err();
            assert_eq!(error.kind(), expected);
        }
        assert_eq!(read::<Vec<u8>>(&mut &b""[..], 100).await.unwrap(), None);
        let mut sink = Vec::new();
        assert!(write(&mut sink, &"a".repeat(100), 100).await.is_err());
        assert!(sink.is_empty());
    }
}
