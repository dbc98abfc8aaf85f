//! What a restart must know about nonces that were only in memory.
//!
//! Two small files in the data directory:
//! - `replay.mark`: a moment H, the floor, whether the latest stop was clean, and the latest date
//!   ahead of H that was accepted (for [`Mark::latest`] alone). No request dated
//!   after H is accepted before a later H is on disk; H is moved ahead every second while there is
//!   traffic, so a request of now never waits for the disk. What is dated up to the floor is
//!   refused. After an unclean stop the floor is H, and the start waits for the one or two seconds
//!   until now is past it; a clean stop keeps the floor that an earlier crash has raised. After a build
//!   whose nonces are not known again it is the latest date that may have been accepted.
//! - `replay.nonces`: nonces that H does not cover. Requests dated further ahead than H (a client
//!   whose clock is fast) are appended one by one; a clean stop writes all of them.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};

/// How far ahead of now H is kept, in seconds; also how long a start after a crash may wait.
pub const LEAD_SECONDS: i64 = 2;

/// How many nonces of requests dated ahead may stand in the file: clients with a fast clock.
const MOST_AHEAD: usize = 65_536;

/// A nonce on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ahead {
    /// The keyed fingerprint.
    pub fingerprint: u64,
    /// Unix seconds.
    pub expires_at: i64,
}

impl Ahead {
    fn to_bytes(self) -> [u8; 16] {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.fingerprint.to_le_bytes());
        bytes[8..].copy_from_slice(&self.expires_at.to_le_bytes());
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (fingerprint, expires_at) = bytes.split_at_checked(8)?;
        Some(Self {
            fingerprint: u64::from_le_bytes(fingerprint.try_into().ok()?),
            expires_at: i64::from_le_bytes(expires_at.try_into().ok()?),
        })
    }
}

/// What stands in `replay.mark`.
#[derive(Debug, Clone, Copy)]
struct Moments {
    reached: i64,
    floor: i64,
    clean: bool,
    /// Whether the nonces in the other file are fingerprints as they are made now; builds before made
    /// them of a longer hash.
    known_kind: bool,
    /// `None` in a file of the first release, which did not write it.
    ahead: Option<i64>,
}

/// The names of the files.
const MARK: &str = "replay.mark";
const NONCES: &str = "replay.nonces";

/// The bits of the mark's one byte.
const CLEAN: u8 = 1;
const KNOWN_KIND: u8 = 2;

impl Moments {
    fn to_bytes(self) -> [u8; 25] {
        let mut bytes = [0; 25];
        bytes[..8].copy_from_slice(&self.reached.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.floor.to_le_bytes());
        let flag = |is_set: bool, bit: u8| u8::from(is_set) * bit;
        bytes[16] = flag(self.clean, CLEAN) | flag(self.known_kind, KNOWN_KIND);
        bytes[17..].copy_from_slice(&self.ahead.unwrap_or(i64::MIN).to_le_bytes());
        bytes
    }

    /// Puts it on disk.
    fn write(self, file: &mut File) -> std::io::Result<()> {
        file.seek(SeekFrom::Start(0))?;
        file.write_all(&self.to_bytes())?;
        file.sync_data()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (reached, rest) = bytes.split_first_chunk::<8>()?;
        let (floor, flag) = rest.split_first_chunk::<8>()?;
        let (flag, ahead) = flag.split_first()?;
        let ahead = match ahead {
            [] => None,
            ahead => Some(i64::from_le_bytes(ahead.try_into().ok()?)),
        };
        Some(Self {
            reached: i64::from_le_bytes(*reached),
            floor: i64::from_le_bytes(*floor),
            clean: *flag & CLEAN != 0,
            known_kind: *flag & KNOWN_KIND != 0,
            ahead,
        })
    }
}

#[derive(Debug)]
struct Files {
    mark: File,
    nonces: File,
    nonces_path: PathBuf,
    /// What stands in the file of nonces.
    kept: Vec<Ahead>,
}

/// The mark on disk.
#[derive(Debug)]
pub struct Mark {
    /// Requests dated up to here are refused: a process that crashed may have accepted them.
    floor: i64,
    /// H: requests dated up to here need no further word to the disk.
    reached: AtomicI64,
    /// The latest date beyond H that was accepted, or later.
    ahead: AtomicI64,
    active: AtomicBool,
    files: Mutex<Files>,
    remembered: Vec<Ahead>,
}

impl Mark {
    /// Opens or makes the files in `dir`. Where they are missing and the database is not new, somebody
    /// removed them, or the directory is another: whatever is dated before now is refused.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn open(dir: &Path, now: i64, new_database: bool) -> std::io::Result<Self> {
        let mut mark = open_private(&dir.join(MARK))?;
        let nonces_path = dir.join(NONCES);
        let mut text = Vec::new();
        mark.read_to_end(&mut text)?;
        let nonces = read_if_there(&nonces_path)?;
        let nonces_are_there = nonces.is_some();
        let bytes = nonces.unwrap_or_default();
        let remembered: Vec<Ahead> = bytes
            .chunks_exact(16)
            .filter_map(Ahead::from_bytes)
            .filter(|n| n.expires_at >= now)
            .collect();
        // What was accepted ahead of H after the mark was last written is not in it; every nonce
        // expires after its date.
        let ahead = match Moments::from_bytes(&text) {
            Some(Moments {
                clean: true,
                ahead: Some(ahead),
                ..
            }) => ahead,
            moments => remembered
                .iter()
                .map(|nonce| nonce.expires_at)
                .chain(moments.and_then(|moments| moments.ahead))
                .max()
                .unwrap_or(i64::MIN),
        };
        let (reached, floor) = match Moments::from_bytes(&text) {
            // Its nonces will not be known again: whatever was accepted is refused by its date.
            Some(moments) if !moments.known_kind => {
                let latest = moments.reached.max(ahead);
                (moments.reached, moments.floor.max(latest))
            }
            // Nor are these; when what was dated ahead was accepted, the missing file alone says.
            Some(moments) if !nonces_are_there => {
                let latest = moments.reached.max(ahead).max(now);
                (moments.reached, moments.floor.max(latest))
            }
            Some(moments) if moments.clean => (moments.reached, moments.floor),
            Some(moments) => (moments.reached, moments.floor.max(moments.reached)),
            None if text.is_empty() && new_database => (i64::MIN, i64::MIN),
            // Gone, not ours, or torn: trust nothing dated before now.
            None => (now, now),
        };
        // From here on a stop is unclean until it says otherwise. What is refused from now on is on
        // disk before a file of nonces is made that would say that they are all there.
        let moments = Moments {
            reached,
            floor,
            clean: false,
            known_kind: true,
            ahead: Some(ahead),
        };
        moments.write(&mut mark)?;
        if text.is_empty() {
            // The mark is new, and so is its name.
            File::open(dir)?.sync_all()?;
        }
        let nonces = open_private(&nonces_path)?;
        // A torn record at the end would shift every one that is appended after it.
        nonces.set_len(whole_records(bytes.len()))?;
        Ok(Self {
            floor,
            reached: AtomicI64::new(reached),
            ahead: AtomicI64::new(ahead),
            active: AtomicBool::new(false),
            files: Mutex::new(Files {
                mark,
                nonces,
                nonces_path,
                kept: remembered.clone(),
            }),
            remembered,
        })
    }

    /// Whether the server of `dir` has left a mark there.
    pub fn is_there(dir: &Path) -> bool {
        dir.join(MARK).exists()
    }

    /// The date (unix seconds) of the latest request that the server of `dir` may have taken, from
    /// what it has on disk; `None` where that tells of none, as where [there is no mark](Self::is_there). After a clean stop it is to the second or two;
    /// after another one it may be as late as `window` seconds ahead. Changes nothing.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn latest(dir: &Path, window: i64, now: i64) -> std::io::Result<Option<i64>> {
        let read =
            |name| Ok::<_, std::io::Error>(read_if_there(&dir.join(name))?.unwrap_or_default());
        let text = read(MARK)?;
        let Some(moments) = Moments::from_bytes(&text) else {
            return Ok((!text.is_empty()).then_some(now + window));
        };
        let nonces = read(NONCES)?;
        let mut nonces = nonces.chunks_exact(16).filter_map(Ahead::from_bytes);
        let latest = match moments.ahead {
            Some(ahead) if moments.clean => moments.reached.max(ahead),
            // Some of them may have been dated ahead, as far as they could be.
            _ if nonces.any(|nonce| nonce.expires_at >= now) => moments.reached + window,
            _ => moments.reached,
        };
        Ok((latest > i64::MIN).then_some(latest))
    }

    /// What was known from before.
    pub fn remembered(&self) -> &[Ahead] {
        &self.remembered
    }

    /// Requests dated up to here (unix seconds) are refused.
    pub fn floor(&self) -> i64 {
        self.floor
    }

    /// Requests dated up to here (unix seconds) need no further word to the disk.
    pub fn reached(&self) -> i64 {
        self.reached.load(Ordering::Acquire)
    }

    /// Says that a nonce was taken, so that the next tick moves H.
    pub fn note_activity(&self) {
        if !self.active.load(Ordering::Relaxed) {
            self.active.store(true, Ordering::Relaxed);
        }
    }

    /// Makes a request dated after H acceptable: moves H where the date is near, else puts the
    /// nonce itself on disk.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn admit(&self, timestamp: i64, nonce: Ahead, now: i64) -> std::io::Result<()> {
        if timestamp <= now + LEAD_SECONDS {
            return self.advance(now + LEAD_SECONDS);
        }
        self.ahead.fetch_max(timestamp, Ordering::AcqRel);
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if files.kept.len() >= MOST_AHEAD {
            files.kept.retain(|kept| kept.expires_at >= now);
            if files.kept.len() >= MOST_AHEAD {
                return Err(std::io::Error::other("too many requests are dated ahead"));
            }
            let kept = files.kept.clone();
            files.replace(&kept)?;
        }
        let end = files.nonces.seek(SeekFrom::End(0))?;
        let appended = files
            .nonces
            .write_all(&nonce.to_bytes())
            .and_then(|()| files.nonces.sync_data());
        match appended {
            Ok(()) => files.kept.push(nonce),
            // What was written of it must not stand before the next one.
            Err(_) => files.nonces.set_len(end)?,
        }
        appended
    }

    /// Moves H on if there was traffic.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn tick(&self, now: i64) -> std::io::Result<()> {
        if self.active.swap(false, Ordering::Relaxed) && self.reached() < now + LEAD_SECONDS {
            self.advance(now + LEAD_SECONDS)?;
        }
        Ok(())
    }

    fn advance(&self, moment: i64) -> std::io::Result<()> {
        if moment <= self.reached() {
            return Ok(());
        }
        self.write(moment, false)
    }

    fn write(&self, reached: i64, clean: bool) -> std::io::Result<()> {
        self.write_with(self.floor, reached, clean)
    }

    fn write_with(&self, floor: i64, reached: i64, clean: bool) -> std::io::Result<()> {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever waited for a slow disk must not take back what was written meanwhile: requests
        // up to there have been accepted.
        let reached = reached.max(self.reached());
        let moments = Moments {
            reached,
            floor,
            clean,
            known_kind: true,
            ahead: Some(self.ahead.load(Ordering::Acquire)),
        };
        moments.write(&mut files.mark)?;
        self.reached.fetch_max(reached, Ordering::AcqRel);
        Ok(())
    }

    /// Writes all live nonces and calls the stop clean. `oldest`: `live` holds the nonces of
    /// requests dated after it; what is dated before stays refused, also by a clock set back.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn save_cleanly(&self, live: &[Ahead], oldest: i64) -> std::io::Result<()> {
        self.files
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .replace(live)?;
        self.write_with(self.floor.max(oldest), self.reached(), true)
    }
}

impl Files {
    /// Puts other nonces in the place of those in the file.
    fn replace(&mut self, nonces: &[Ahead]) -> std::io::Result<()> {
        let fresh = self.nonces_path.with_extension("nonces.new");
        let mut file = open_private(&fresh)?;
        file.set_len(0)?;
        let bytes: Vec<u8> = nonces.iter().flat_map(|nonce| nonce.to_bytes()).collect();
        file.write_all(&bytes)?;
        file.sync_all()?;
        std::fs::rename(&fresh, &self.nonces_path)?;
        self.nonces = file;
        Ok(())
    }
}

/// What stands in a file; `None` where there is none.
fn read_if_there(path: &Path) -> std::io::Result<Option<Vec<u8>>> {
    match std::fs::read(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        read => read.map(Some),
    }
}

/// How many bytes of so many are whole records.
fn whole_records(bytes: usize) -> u64 {
    u64::try_from(bytes / 16 * 16).unwrap_or(u64::MAX)
}

/// Opens for reading and writing, only for the owner.
fn open_private(path: &Path) -> std::io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An empty directory beside a database that has served, and files of which one is gone.
    #[test]
    fn t14_what_is_missing_is_not_taken_for_new() {
        let dir = tempfile::tempdir().unwrap();
        let open = |now, new_database| Mark::open(dir.path(), now, new_database).unwrap();
        let remove = |name| std::fs::remove_file(dir.path().join(name)).unwrap();
        let nonce = Ahead {
            fingerprint: 1,
            expires_at: 1030,
        };
        let mark = open(100, true);
        assert_eq!(mark.floor(), i64::MIN);
        mark.admit(100, nonce, 100).unwrap();
        mark.save_cleanly(&[nonce], 0).unwrap();
        let mark = open(103, false);
        assert_eq!(mark.floor(), 0);
        mark.save_cleanly(&[nonce], 0).unwrap();
        remove("replay.nonces");
        assert_eq!(open(104, false).floor(), 104);
        remove("replay.mark");
        assert_eq!(open(105, false).floor(), 105);
        remove("replay.mark");
        remove("replay.nonces");
        assert_eq!(open(106, false).floor(), 106);
        // Once they are there again, they tell.
        open(107, false).save_cleanly(&[], 0).unwrap();
        assert_eq!(open(108, false).floor(), 106);
    }

    #[test]
    fn t14_a_write_that_was_held_up_takes_nothing_back() {
        let dir = tempfile::tempdir().unwrap();
        let mark = Mark::open(dir.path(), 100, true).unwrap();
        // Two writers found the mark too low; the one with the earlier moment gets the disk last.
        mark.write(112, false).unwrap();
        mark.write(110, false).unwrap();
        assert_eq!(mark.reached(), 112);
        drop(mark);
        assert_eq!(Mark::open(dir.path(), 111, false).unwrap().floor(), 112);
    }

    /// Files of builds whose fingerprints were others: what they may have taken is refused by its
    /// date, also after a crash of this one.
    #[test]
    fn t14_nonces_of_another_kind_are_refused_by_their_dates() {
        let before = |flag: u8, ahead: Option<i64>, nonces: &[Ahead]| {
            let dir = tempfile::tempdir().unwrap();
            let mut mark = [100_i64.to_le_bytes(), 50_i64.to_le_bytes()].concat();
            mark.push(flag);
            mark.extend(ahead.map(i64::to_le_bytes).into_iter().flatten());
            std::fs::write(dir.path().join("replay.mark"), mark).unwrap();
            let nonces: Vec<u8> = nonces.iter().flat_map(|nonce| nonce.to_bytes()).collect();
            std::fs::write(dir.path().join("replay.nonces"), nonces).unwrap();
            dir
        };
        let nonce = Ahead {
            fingerprint: 1,
            expires_at: 1030,
        };
        for (flag, ahead, nonces, floor) in [
            // A clean stop tells the latest date, or in the first release nothing but when nonces end.
            (1, Some(130), vec![nonce], 130),
            (1, Some(i64::MIN), vec![nonce], 100),
            (1, None, vec![nonce], 1030),
            (0, Some(130), vec![nonce], 1030),
            (0, Some(i64::MIN), vec![], 100),
        ] {
            let dir = before(flag, ahead, &nonces);
            assert_eq!(Mark::open(dir.path(), 110, false).unwrap().floor(), floor);
            let after_crash = Mark::open(dir.path(), 111, false).unwrap();
            assert_eq!(after_crash.floor(), floor, "{flag} {ahead:?}");
            after_crash.save_cleanly(&[], 0).unwrap();
            assert_eq!(Mark::open(dir.path(), 112, false).unwrap().floor(), floor);
        }
    }
}
