//! A text as a QR code in a PNG picture, for an authenticator to look at.
//!
//! The picture has one bit a pixel and is not compressed: a code is small, and nothing that unpacks
//! or packs is needed for it.

use qrcodegen::{DataTooLong, QrCode, QrCodeEcc};

/// Pixels of one module.
const SCALE: usize = 4;
/// Modules of white around the code, as ISO 18004 wants.
const QUIET: usize = 4;

/// The code of `text` as a PNG file.
///
/// # Errors
/// [`DataTooLong`] for more than 2331 bytes.
pub fn png(text: &str) -> Result<Vec<u8>, DataTooLong> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium)?;
    let modules = usize::try_from(code.size()).unwrap_or_default() + 2 * QUIET;
    let is_dark = |x: usize, y: usize| {
        let place = |pixel: usize| i32::try_from(pixel / SCALE).unwrap_or(i32::MAX);
        let quiet = i32::try_from(QUIET).unwrap_or_default();
        // Beyond the code everything is light.
        code.get_module(place(x) - quiet, place(y) - quiet)
    };
    Ok(picture(modules * SCALE, is_dark))
}

/// A square picture of black and white.
fn picture(side: usize, is_black: impl Fn(usize, usize) -> bool) -> Vec<u8> {
    // Each row: no filter, then eight pixels a byte, the first in the highest bit; 1 is white.
    let mut rows = Vec::with_capacity(side * (1 + side.div_ceil(8)));
    for y in 0..side {
        rows.push(0);
        for first in (0..side).step_by(8) {
            let bit = |n: usize| u8::from(!is_black(first + n, y)) << (7 - n);
            rows.push((0..8).map(bit).sum());
        }
    }
    let edge = u32::try_from(side).unwrap_or(u32::MAX).to_be_bytes();
    // Depth 1, greyscale, the only compression, filter and order but interlacing.
    let header = [&edge[..], &edge[..], &[1, 0, 0, 0, 0]].concat();
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut png, *b"IHDR", &header);
    chunk(&mut png, *b"IDAT", &zlib(&rows));
    chunk(&mut png, *b"IEND", b"");
    png
}

/// A chunk: length, type, data, CRC-32 of type and data.
fn chunk(png: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) {
    let length = u32::try_from(data.len()).unwrap_or(u32::MAX);
    png.extend_from_slice(&length.to_be_bytes());
    png.extend_from_slice(&kind);
    png.extend_from_slice(data);
    png.extend_from_slice(&crc32(kind.iter().chain(data)).to_be_bytes());
}

/// A zlib stream of stored blocks (RFC 1950, RFC 1951 section 3.2.4).
fn zlib(data: &[u8]) -> Vec<u8> {
    let mut stream = vec![0x78, 0x01];
    let mut blocks = data.chunks(usize::from(u16::MAX)).peekable();
    while let Some(block) = blocks.next() {
        stream.push(u8::from(blocks.peek().is_none()));
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        stream.extend_from_slice(&length.to_le_bytes());
        stream.extend_from_slice(&(!length).to_le_bytes());
        stream.extend_from_slice(block);
    }
    stream.extend_from_slice(&adler32(data).to_be_bytes());
    stream
}

fn adler32(data: &[u8]) -> u32 {
    let (mut low, mut high) = (1, 0);
    for byte in data {
        low = (low + u32::from(*byte)) % 65_521;
        high = (high + low) % 65_521;
    }
    high << 16 | low
}

fn crc32<'a>(data: impl Iterator<Item = &'a u8>) -> u32 {
    let crc = data.fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            let carry = if crc & 1 == 1 { 0xedb8_8320 } else { 0 };
            crc >> 1 ^ carry
        })
    });
    !crc
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_of_their_catalogues() {
        assert_eq!(crc32(b"123456789".iter()), 0xcbf4_3926);
        assert_eq!(adler32(b"Wikipedia"), 0x11e6_0398);
    }

    #[test]
    fn every_module_is_a_square_of_pixels() {
        let text = "otpauth://totp/Rampart:phone@1234567890123456?secret=ABCDEFGH";
        let code = QrCode::encode_text(text, QrCodeEcc::Medium).unwrap();
        let png = png(text).unwrap();
        let side = (usize::try_from(code.size()).unwrap() + 8) * 4;
        let header = [&b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"[..]].concat();
        assert!(png.starts_with(&header));
        assert_eq!(png[16..20], u32::try_from(side).unwrap().to_be_bytes());
        // Behind signature, IHDR, the head of IDAT, of zlib and of its one block.
        let rows = &png[8 + 25 + 8 + 2 + 5..];
        let width = side.div_ceil(8);
        for y in 0..side {
            let row = &rows[y * (width + 1)..][..=width];
            assert_eq!(row[0], 0);
            for x in 0..side {
                let is_white = row[1 + x / 8] >> (7 - x % 8) & 1 == 1;
                let module = |at: usize| i32::try_from(at / 4).unwrap() - 4;
                assert_eq!(!is_white, code.get_module(module(x), module(y)), "{x} {y}");
            }
        }
        assert!(png.ends_with(b"\0\0\0\0IEND\xae\x42\x60\x82"));
    }

    #[test]
    fn long_data_is_cut_into_blocks() {
        let stream = zlib(&vec![7; 70_000]);
        assert_eq!(stream[2..7], [0, 0xff, 0xff, 0, 0]);
        let second = 2 + 5 + 65_535;
        assert_eq!(stream[second..second + 3], [1, 0x71, 0x11]);
        assert_eq!(stream.len(), second + 5 + 4465 + 4);
    }
}
