//! Parameters: their forms, their bounds, and that no two lists are taken for each other.

use super::*;
use proptest::prelude::*;

fn texts<'p>(pairs: &'p [Pair<'_>]) -> Vec<(&'p str, &'p str)> {
    pairs.iter().map(|p| (p.name(), p.value())).collect()
}

#[test]
fn splitting_follows_the_rules() {
    let pairs = parse_query("&&a=1&b&c==&=d&e=x?y/z&&").unwrap();
    assert_eq!(
        texts(&pairs),
        [("a", "1"), ("b", ""), ("c", "="), ("", "d"), ("e", "x?y/z")]
    );
    assert!(parse_query("").unwrap().is_empty());
    assert_eq!(parse_query("a=%").unwrap_err(), EncodingError::Percent);
    assert_eq!(parse_query("%FF=1").unwrap_err(), EncodingError::Utf8);
}

#[test]
fn values_are_kept_byte_for_byte() {
    let pairs = parse_query("a=%20x%0D%0A%09+&b=e%CC%81").unwrap();
    assert_eq!(texts(&pairs), [("a", " x\r\n\t "), ("b", "e\u{301}")]);
}

#[test]
fn what_is_canonical_is_reused() {
    let text = |raw: &'static str| parse_query(raw).unwrap().remove(0).value;
    assert!(text("a=plain-_.~").is_plain());
    let escaped = text("a=x%20y%2A");
    assert_eq!(escaped.canonical, Some("x%20y%2A"));
    assert!(!escaped.is_plain());
    for other in ["a=x+y", "a=%2a", "a=*", "a=%41", "a=é", "a=%7E", "a=/"] {
        assert_eq!(text(other).canonical, None, "{other}");
    }
}

#[test]
fn the_count_is_bounded_across_query_and_form() {
    let mut pairs = Vec::new();
    parse_into(&mut pairs, "a=1&b=2", 3).unwrap();
    assert_eq!(parse_into(&mut pairs, "c&d", 3), Err(ParamsError::TooMany));
    parse_into(&mut pairs, "&&&c&&&", 3).unwrap();
    assert_eq!(pairs.len(), 3);
    assert!(parse_into(&mut pairs, "&&", 3).is_ok());
}

#[test]
fn a_repeated_name_is_found() {
    let pairs = parse_query("b=1&a=2&b=3").unwrap();
    assert_eq!(find_duplicate(&pairs), Some("b"));
    // The same name under another wire form is the same name.
    assert_eq!(
        find_duplicate(&parse_query("%62=1&b=2").unwrap()),
        Some("b")
    );
    assert_eq!(find_duplicate(&parse_query("a=1&A=1").unwrap()), None);
}

proptest! {
    #[test]
    fn the_shortcuts_give_what_encoding_gives(raw in "([a-c~*/ +!é]|%[0-9a-fA-F][0-9A-Fa-f]){0,12}") {
        // The one pass agrees with the decoder that is to be read.
        let text = read(&raw);
        let decoded = text.clone().map(|text| text.decoded);
        prop_assert_eq!(decoded, percent::decode(&raw, true));
        if let Ok(text) = text {
            let (mut short, mut long) = (String::new(), String::new());
            text.once(&mut short);
            percent::encode_into(&mut long, &text.decoded);
            prop_assert_eq!(&short, &long);
            let (mut short, mut long) = (String::new(), String::new());
            text.twice(&mut short);
            percent::encode_twice_into(&mut long, &text.decoded);
            prop_assert_eq!(&short, &long);
        }
    }

    #[test]
    fn pairs_are_in_the_order_of_their_names(
        names in proptest::collection::vec("[aA\u{0}é]{0,3}(Signature)?[aA\u{0}é]{0,2}", 0..40)
    ) {
        let pairs: Vec<_> = names.iter().map(|name| Pair::new(name.as_str(), "")).collect();
        let order = Order::of(&pairs);
        let found: Vec<&str> = order.iter(&pairs).map(|(_, pair)| pair.name()).collect();
        let mut sorted: Vec<&str> = names.iter().map(String::as_str).collect();
        sorted.sort_unstable();
        prop_assert_eq!(&found, &sorted);
        let twice = sorted.windows(2).find(|two| two[0] == two[1]).map(|two| two[0]);
        prop_assert_eq!(order.find_duplicate(&pairs), twice);
    }

    #[test]
    fn splitting_is_that_of_the_standard_library(raw in "[ab&=%2+]{0,16}") {
        let pieces = raw.split('&').filter(|piece| !piece.is_empty());
        let slowly: Result<Vec<_>, _> = pieces.map(|piece| {
            let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
            Ok((percent::decode(name, true)?, percent::decode(value, true)?))
        }).collect();
        let read = parse_query(&raw);
        prop_assert_eq!(read.map(|pairs| pairs.into_iter().map(Pair::into_parts).collect()), slowly);
    }

    #[test]
    fn sorting_is_the_same_on_stack_and_heap(count in 0usize..100) {
        let raw = (0..count).rev().map(|n| format!("p{n:03}=1")).collect::<Vec<_>>().join("&");
        let pairs = parse_query(&raw).unwrap();
        let order = Order::of(&pairs);
        let names: Vec<_> = order.iter(&pairs).map(|(_, pair)| pair.name()).collect();
        prop_assert_eq!(names.len(), count);
        prop_assert!(names.is_sorted());
    }
}
