//! The middle of a pattern, as an automaton whose states are the bits of machine words.
//!
//! State `i` means that the first `i` characters of the pattern have been found; one step over a
//! byte of the text moves all states at once. Whether a byte is what a state waits for is looked up
//! by the byte's two halves: a bit is set in both tables exactly where the byte fits, so a letter in
//! either case costs no more than one.
//!
//! The text is UTF-8, which makes bytes enough: a literal can begin to match at the first byte of a
//! character only, `?` takes a first byte, and the state behind a `?` stays over the bytes that
//! continue its character.

use super::Case;

/// Sixteen words, by half a byte.
type Table = [u64; 16];

/// States 64·n to 64·n + 63 of an automaton.
#[derive(Debug, Clone)]
struct Block {
    low: Table,
    /// By [`Case`]: kept, ignored.
    high: [Table; 2],
    /// States that stay over every byte: a star stands there.
    star: u64,
    /// States that stay over the bytes that continue a character: a `?` stands before them.
    after_one: u64,
}

#[derive(Debug, Clone)]
pub(super) struct Automaton {
    blocks: Box<[Block]>,
    /// The state in which the whole pattern has been found: its block, and its bit there.
    last: (usize, u64),
    /// Whether a star stands at the end: once the last state is reached, the rest does not matter.
    open: bool,
}

/// States of patterns up to this many blocks are kept on the stack: more than a document of the
/// longest permitted length can hold, were each of its characters four bytes long.
const ON_STACK: usize = 400;
/// Most patterns that need more than one block need no more than these.
const FEW: usize = 8;

impl Automaton {
    /// The automaton for `pattern`; `None` if it is made of stars alone.
    pub(super) fn new(pattern: &str) -> Option<Self> {
        if pattern.bytes().all(|b| b == b'*') {
            return None;
        }
        let states = pattern.bytes().filter(|b| *b != b'*').count();
        let mut automaton = Self {
            blocks: vec![Block::EMPTY; states / 64 + 1].into(),
            last: (states / 64, 1 << (states % 64)),
            open: pattern.ends_with('*'),
        };
        spell(&mut automaton.blocks, pattern, 0);
        Some(automaton)
    }

    /// Whether the pattern covers the whole of `text`.
    pub(super) fn covers(&self, text: &[u8], case: Case) -> bool {
        match &*self.blocks {
            [block] => self.short(block, text, case),
            blocks if blocks.len() <= FEW => self.long(&mut [0; FEW], text, case),
            blocks if blocks.len() <= ON_STACK => self.long(&mut [0; ON_STACK], text, case),
            blocks => self.long(&mut vec![0; blocks.len()], text, case),
        }
    }

    fn short(&self, block: &Block, text: &[u8], case: Case) -> bool {
        let high = block.high(case);
        let (_, last) = self.last;
        let done = if self.open { last } else { 0 };
        let mut states = 1_u64;
        for &byte in text {
            #[cfg(test)]
            work::count(1);
            states = ((states & block.fits(high, byte)) << 1) | (states & block.stays(byte));
            if states == 0 {
                return false;
            }
            if states & done != 0 {
                return true;
            }
        }
        states & last != 0
    }

    /// `states` has at least as many words as there are blocks, all zero.
    fn long(&self, states: &mut [u64], text: &[u8], case: Case) -> bool {
        let (last_block, last) = self.last;
        let reached = |states: &[u64]| states.get(last_block).is_some_and(|word| word & last != 0);
        if let Some(first) = states.first_mut() {
            *first = 1;
        }
        for &byte in text {
            #[cfg(test)]
            work::count(self.blocks.len());
            let mut carried = 0;
            let mut alive = 0;
            for (block, word) in self.blocks.iter().zip(states.iter_mut()) {
                let moved = *word & block.fits(block.high(case), byte);
                *word = (moved << 1) | carried | (*word & block.stays(byte));
                carried = moved >> 63;
                alive |= *word;
            }
            if alive == 0 {
                return false;
            }
            if self.open && reached(states) {
                return true;
            }
        }
        reached(states)
    }
}

/// Writes a pattern into blocks, from a state on.
fn spell(blocks: &mut [Block], pattern: &str, from: usize) {
    let mut set = |state: usize, change: &dyn Fn(&mut Block, u64)| {
        if let Some(block) = blocks.get_mut(state / 64) {
            change(block, 1 << (state % 64));
        }
    };
    let mut state = from;
    for byte in pattern.bytes() {
        if byte == b'*' {
            set(state, &|block, bit| block.star |= bit);
            continue;
        }
        set(state, &|block, bit| block.wait_for(byte, bit));
        state = state.saturating_add(1);
        if byte == b'?' {
            set(state, &|block, bit| block.after_one |= bit);
        }
    }
}

/// Several short patterns side by side in the states of one block: one step over a byte moves them
/// all.
#[derive(Debug, Clone)]
pub(super) struct Bundle {
    block: Block,
    /// The state in which each pattern begins.
    first: u64,
    /// The states in which a pattern has been found, together and one by one, each with the bit that
    /// stands for its pattern.
    last: u64,
    owners: Vec<(u64, u64)>,
    /// How many states are taken.
    taken: usize,
}

impl Bundle {
    pub(super) const EMPTY: Self = Self {
        block: Block::EMPTY,
        first: 0,
        last: 0,
        owners: Vec::new(),
        taken: 0,
    };

    /// How many states a pattern takes.
    pub(super) fn states(pattern: &str) -> usize {
        let waiting = pattern.bytes().filter(|b| *b != b'*').count();
        waiting.saturating_add(1)
    }

    /// Adds the pattern that `owner` stands for; false where there is no room.
    pub(super) fn add(&mut self, pattern: &str, owner: u64) -> bool {
        let upto = self.taken.saturating_add(Self::states(pattern));
        if upto > 64 {
            return false;
        }
        // No pattern waits in its last state, so none runs into the next one's first.
        spell(std::slice::from_mut(&mut self.block), pattern, self.taken);
        let last = 1_u64 << upto.saturating_sub(1);
        self.first |= 1 << self.taken;
        self.last |= last;
        self.owners.push((last, owner));
        self.taken = upto;
        true
    }

    /// The patterns that cover the whole of `text`.
    pub(super) fn covering(&self, text: &[u8], case: Case) -> u64 {
        let high = self.block.high(case);
        let mut states = self.first;
        for &byte in text {
            #[cfg(test)]
            work::count(1);
            let moved = states & self.block.fits(high, byte);
            states = (moved << 1) | (states & self.block.stays(byte));
            if states == 0 {
                return 0;
            }
        }
        if states & self.last == 0 {
            return 0;
        }
        let found = self.owners.iter().filter(|(last, _)| states & last != 0);
        found.fold(0, |all, (_, owner)| all | owner)
    }
}

fn look_up(table: &Table, half: u8) -> u64 {
    table.get(usize::from(half & 15)).copied().unwrap_or(0)
}

impl Block {
    const EMPTY: Self = Self {
        low: [0; 16],
        high: [[0; 16]; 2],
        star: 0,
        after_one: 0,
    };

    fn high(&self, case: Case) -> &Table {
        let [kept, ignored] = &self.high;
        match case {
            Case::Kept => kept,
            Case::Ignored => ignored,
        }
    }

    /// The states that `byte` moves on.
    fn fits(&self, high: &Table, byte: u8) -> u64 {
        look_up(&self.low, byte) & look_up(high, byte >> 4)
    }

    /// The states that stay over `byte`.
    fn stays(&self, byte: u8) -> u64 {
        if (0x80..0xC0).contains(&byte) {
            self.star | self.after_one
        } else {
            self.star
        }
    }

    /// Lets the state `bit` wait for a byte of the pattern, `?` being any first byte.
    fn wait_for(&mut self, byte: u8, bit: u64) {
        let [kept, ignored] = &mut self.high;
        if byte == b'?' {
            self.low.iter_mut().for_each(|word| *word |= bit);
            for table in [kept, ignored] {
                for (half, word) in table.iter_mut().enumerate() {
                    if !(0x8..0xC).contains(&half) {
                        *word |= bit;
                    }
                }
            }
            return;
        }
        let set = |table: &mut Table, half: u8| {
            if let Some(word) = table.get_mut(usize::from(half & 15)) {
                *word |= bit;
            }
        };
        set(&mut self.low, byte);
        set(kept, byte >> 4);
        // Both cases of a letter share their lower half.
        set(ignored, byte.to_ascii_lowercase() >> 4);
        set(ignored, byte.to_ascii_uppercase() >> 4);
    }
}

/// Counts the word operations of a test.
#[cfg(test)]
pub(in crate::policy) mod work {
    use std::cell::Cell;

    thread_local! {
        static STEPS: Cell<usize> = const { Cell::new(0) };
    }

    pub(super) fn count(words: usize) {
        STEPS.set(STEPS.get().saturating_add(words));
    }

    /// The steps of this thread since it was last asked: a word moved over a byte.
    pub(in crate::policy) fn take() -> usize {
        STEPS.take()
    }
}
