//! Tiles: the tree's hashes in runs of 256 (C2SP tlog-tiles).
//!
//! A tile of level `L` holds hashes of perfect subtrees of level `8 · L`; the seven levels above them, up to the hash that stands in a
//! tile of level `L + 1`, follow from it. A full tile never changes.

use std::fmt;

use crate::hash::{HASH_BYTES, Hash};
use crate::subtree::{HashReader, Subtree};
use crate::tree::node_hash;

/// Hashes in a full tile.
pub const TILE_WIDTH: u16 = 256;

/// Levels of the tree that one tile spans.
const TILE_LEVELS: u8 = 8;

/// Highest tile level: a tree of 2^64 leaves has no hashes above it.
const TILE_MAX_LEVEL: u8 = 7;

/// Names a tile: its level, its position in that level, and how many hashes it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    level: u8,
    index: u64,
    width: u16,
}

impl TileId {
    /// Names a tile.
    ///
    /// # Errors
    ///
    /// Refuses a level over 7, a width that is not from 1 to 256, and a tile beyond 2^64 leaves.
    pub fn new(level: u8, index: u64, width: u16) -> Result<Self, Error> {
        let possible = level <= TILE_MAX_LEVEL && index <= u64::MAX >> (TILE_LEVELS * level) >> TILE_LEVELS;
        if !possible {
            return Err(Error::NoSuchTile { level, index });
        }
        if width == 0 || width > TILE_WIDTH {
            return Err(Error::Width { found: usize::from(width) });
        }
        Ok(Self { level, index, width })
    }

    /// Names the tile from which the hash of `subtree` follows, as wide as it is in a tree of `size` leaves.
    ///
    /// None when the tree does not hold the subtree whole.
    pub fn holding(subtree: Subtree, size: u64) -> Option<Self> {
        if !subtree.is_within(size) {
            return None;
        }
        let level = subtree.level / TILE_LEVELS;
        let first = subtree.index << (subtree.level % TILE_LEVELS);
        Self::at(level, first / u64::from(TILE_WIDTH), size)
    }

    /// Names the tile at a level and position, as wide as it is in a tree of `size` leaves. None when it would be empty.
    fn at(level: u8, index: u64, size: u64) -> Option<Self> {
        let before = index * u64::from(TILE_WIDTH);
        let here = hashes_at(level, size).checked_sub(before)?.min(u64::from(TILE_WIDTH));
        let width = u16::try_from(here).ok().filter(|&width| width > 0)?;
        Some(Self { level, index, width })
    }

    /// Lists the tiles that become full when the tree grows from `old_size` to `new_size` leaves: lower levels first, each from the left.
    pub fn completed(old_size: u64, new_size: u64) -> impl Iterator<Item = Self> {
        (0..=TILE_MAX_LEVEL).flat_map(move |level| {
            let full_at = |size| hashes_at(level, size) / u64::from(TILE_WIDTH);
            (full_at(old_size)..full_at(new_size)).map(move |index| Self { level, index, width: TILE_WIDTH })
        })
    }

    /// Lists the partial tiles at the right edge of a tree of `size` leaves, lower levels first.
    pub fn partial(size: u64) -> impl Iterator<Item = Self> {
        (0..=TILE_MAX_LEVEL)
            .filter_map(move |level| Self::at(level, hashes_at(level, size) / u64::from(TILE_WIDTH), size))
    }

    /// Returns the level, from 0 for leaf hashes up to 7.
    pub const fn level(self) -> u8 {
        self.level
    }

    /// Returns the position within the level, from 0.
    pub const fn index(self) -> u64 {
        self.index
    }

    /// Returns the number of hashes, from 1 to 256.
    pub const fn width(self) -> u16 {
        self.width
    }

    /// Tells whether the tile is full and so never changes.
    pub const fn is_full(self) -> bool {
        self.width == TILE_WIDTH
    }

    /// Names the subtrees whose hashes the tile holds, from the left.
    pub fn subtrees(self) -> impl Iterator<Item = Subtree> {
        let level = TILE_LEVELS * self.level;
        let first = self.index * u64::from(TILE_WIDTH);
        (0..u64::from(self.width)).map(move |offset| Subtree { level, index: first + offset })
    }
}

/// Counts the hashes that all tiles of a level hold together.
const fn hashes_at(level: u8, size: u64) -> u64 {
    size >> (TILE_LEVELS * level)
}

/// Shows the tile's path of C2SP tlog-tiles, as `tile/0/x001/x234/067.p/112`.
impl fmt::Display for TileId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "tile/{}/", self.level)?;
        let mut divisor = 1;
        while self.index / divisor >= 1000 {
            divisor *= 1000;
        }
        while divisor > 1 {
            write!(formatter, "x{:03}/", self.index / divisor % 1000)?;
            divisor /= 1000;
        }
        write!(formatter, "{:03}", self.index % 1000)?;
        if self.is_full() { Ok(()) } else { write!(formatter, ".p/{}", self.width) }
    }
}

/// A tile's hashes, from the left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tile {
    id: TileId,
    hashes: Vec<Hash>,
}

impl Tile {
    /// Reads the tile's hashes, each the root of a full tile one level below or, at level 0, a leaf hash.
    ///
    /// # Errors
    ///
    /// Passes on what the reader says.
    pub fn build<R: HashReader>(id: TileId, reader: &R) -> Result<Self, R::Error> {
        let hashes = id.subtrees().map(|subtree| reader.hash(subtree)).collect::<Result<_, _>>()?;
        Ok(Self { id, hashes })
    }

    /// Splits stored bytes into the tile's hashes.
    ///
    /// # Errors
    ///
    /// Refuses any other length than 32 bytes a hash.
    pub fn from_bytes(id: TileId, bytes: &[u8]) -> Result<Self, Error> {
        let (chunks, rest) = bytes.as_chunks::<HASH_BYTES>();
        if chunks.len() != usize::from(id.width) || !rest.is_empty() {
            return Err(Error::Length { expected: usize::from(id.width) * HASH_BYTES, found: bytes.len() });
        }
        Ok(Self { id, hashes: chunks.iter().copied().map(Hash::new).collect() })
    }

    /// Joins the hashes into the bytes that are stored and served.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.hashes.iter().flat_map(Hash::as_bytes).copied().collect()
    }

    /// Returns the tile's name.
    pub const fn id(&self) -> TileId {
        self.id
    }

    /// Returns the hashes, from the left.
    pub fn hashes(&self) -> &[Hash] {
        &self.hashes
    }

    /// Computes the hash of a perfect subtree from the tile's own hashes. None when the subtree is not wholly within the tile.
    pub fn hash(&self, subtree: Subtree) -> Option<Hash> {
        let height = subtree.level.checked_sub(TILE_LEVELS * self.id.level).filter(|&height| height <= TILE_LEVELS)?;
        let first = subtree.index.checked_mul(1 << height)?;
        let start = first.checked_sub(self.id.index * u64::from(TILE_WIDTH))?;
        let start = usize::try_from(start).ok()?;
        let leaves = self.hashes.get(start..start.checked_add(1 << height)?)?;
        Some(perfect_root(leaves))
    }

    /// Computes the hash that stands for a full tile in the tile above it. None for a partial tile.
    pub fn root(&self) -> Option<Hash> {
        self.id.is_full().then(|| perfect_root(&self.hashes))
    }
}

/// Hashes a run whose length is a power of two.
fn perfect_root(hashes: &[Hash]) -> Hash {
    if let [hash] = hashes {
        return *hash;
    }
    let (left, right) = hashes.split_at(hashes.len() / 2);
    node_hash(&perfect_root(left), &perfect_root(right))
}

/// Why a tile cannot be named or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No tree of fewer than 2^64 leaves has such a tile.
    #[error("no tree has a tile at level `{level}` index `{index}`: levels run from 0 to 7")]
    NoSuchTile {
        /// The level.
        level: u8,
        /// Position within the level.
        index: u64,
    },
    /// The width is not from 1 to 256.
    #[error("a tile of `{found}` hashes does not exist: widths run from 1 to `{TILE_WIDTH}`")]
    Width {
        /// The width.
        found: usize,
    },
    /// The bytes are not the tile's.
    #[error("the tile has `{found}` bytes, its width asks for `{expected}`: read the stored tile whole")]
    Length {
        /// Bytes that the width asks for.
        expected: usize,
        /// Bytes that there were.
        found: usize,
    },
}
