//! A text as a QR code in a PNG picture, for an authenticator to look at.

use png::{BitDepth, ColorType, Encoder, Filter};
use qrcodegen::{QrCode, QrCodeEcc};

use crate::ops::error::OpError;

/// Pixels of one module.
const SCALE: usize = 4;
/// Modules of white around the code, as ISO 18004 wants.
const QUIET: usize = 4;

/// The code of `text` as a PNG file.
///
/// # Errors
/// [`OpError::Internal`] for more than 2331 bytes.
pub(in crate::ops) fn png(text: &str) -> Result<Vec<u8>, OpError> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium)
        .map_err(|error| OpError::Internal(Box::new(error)))?;
    let modules = usize::try_from(code.size()).unwrap_or_default() + 2 * QUIET;
    let side = modules * SCALE;
    let is_dark = |x: usize, y: usize| {
        let place = |pixel: usize| i32::try_from(pixel / SCALE).unwrap_or(i32::MAX);
        let quiet = i32::try_from(QUIET).unwrap_or_default();
        // Beyond the code everything is light.
        code.get_module(place(x) - quiet, place(y) - quiet)
    };
    // Eight pixels a byte, the first in the highest bit; 1 is white.
    let byte = |first: usize, y: usize| {
        let bit = |n: usize| u8::from(!is_dark(first + n, y)) << (7 - n);
        (0..8).map(bit).sum()
    };
    let rows = (0..side).flat_map(|y| (0..side).step_by(8).map(move |first| (first, y)));
    let rows: Vec<u8> = rows.map(|(first, y)| byte(first, y)).collect();
    picture(side, &rows).map_err(|error| OpError::Internal(Box::new(error)))
}

/// A square picture of black and white.
fn picture(side: usize, rows: &[u8]) -> Result<Vec<u8>, png::EncodingError> {
    let mut picture = Vec::new();
    let edge = u32::try_from(side).unwrap_or(u32::MAX);
    let mut encoder = Encoder::new(&mut picture, edge, edge);
    encoder.set_color(ColorType::Grayscale);
    encoder.set_depth(BitDepth::One);
    // As the format advises for pixels that are smaller than a byte.
    encoder.set_filter(Filter::NoFilter);
    encoder.write_header()?.write_image_data(rows)?;
    Ok(picture)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_module_is_a_square_of_pixels() {
        let text = "otpauth://totp/Rampart:phone@1234567890123456?secret=ABCDEFGH";
        let code = QrCode::encode_text(text, QrCodeEcc::Medium).unwrap();
        let file = png(text).unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(file))
            .read_info()
            .unwrap();
        let mut rows = vec![0; reader.output_buffer_size().unwrap()];
        let shape = reader.next_frame(&mut rows).unwrap();
        let side = (usize::try_from(code.size()).unwrap() + 8) * 4;
        let edge = u32::try_from(side).unwrap();
        assert_eq!((shape.width, shape.height), (edge, edge));
        assert_eq!(
            (shape.color_type, shape.bit_depth),
            (ColorType::Grayscale, BitDepth::One)
        );
        for y in 0..side {
            let row = &rows[y * shape.line_size..][..shape.line_size];
            for x in 0..side {
                let is_white = row[x / 8] >> (7 - x % 8) & 1 == 1;
                let module = |at: usize| i32::try_from(at / 4).unwrap() - 4;
                assert_eq!(!is_white, code.get_module(module(x), module(y)), "{x} {y}");
            }
        }
    }
}
