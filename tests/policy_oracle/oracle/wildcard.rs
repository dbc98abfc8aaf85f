//! `*` is any run of characters, also none; `?` is exactly one character. There is no escape.

/// Whether `pattern` covers the whole of `text`.
pub(crate) fn covers(pattern: &str, text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    // reached[n]: the pattern so far covers the first n characters.
    let mut reached = vec![false; text.len() + 1];
    reached[0] = true;
    for wanted in pattern.chars() {
        if wanted == '*' {
            for n in 1..reached.len() {
                reached[n] = reached[n] || reached[n - 1];
            }
        } else {
            for n in (1..reached.len()).rev() {
                reached[n] = reached[n - 1] && (wanted == '?' || wanted == text[n - 1]);
            }
            reached[0] = false;
        }
    }
    reached[text.len()]
}

/// As [`covers`], without regard to case.
///
/// Reading: actions and ARNs are names of the letters A to Z, and it is their case that is ignored; a
/// letter of another alphabet is only itself.
pub(crate) fn covers_ignoring_case(pattern: &str, text: &str) -> bool {
    covers(&pattern.to_ascii_lowercase(), &text.to_ascii_lowercase())
}
