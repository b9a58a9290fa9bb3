use countersign_api::name::{LOG_OF_LOGS_NAME, Workspace};
use ledger_format::{TILE_WIDTH, TileId};

/// What a path asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) log: Workspace,
    pub(super) what: What,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Checkpoint,
    /// Hashes.
    Tile(TileId),
    /// Leaves; the tile of level 0 that they hash to.
    Entries(TileId),
}

impl Asked {
    /// Reads a path; each resource has one, and every other names none.
    pub(super) fn parse(path: &str) -> Option<Self> {
        let path = path.strip_prefix('/')?;
        let (log, rest) = if let Some(workspace) = path.strip_prefix("workspaces/") {
            let (id, rest) = workspace.split_once('/')?;
            (Workspace::new(id).ok()?, rest)
        } else {
            (Workspace::log_of_logs(), path.strip_prefix(LOG_OF_LOGS_NAME)?.strip_prefix('/')?)
        };
        let what = if let Some(place) = rest.strip_prefix("tile/entries/") {
            What::Entries(parse_tile(0, place)?)
        } else if let Some(tile) = rest.strip_prefix("tile/") {
            let (level, place) = tile.split_once('/')?;
            What::Tile(parse_tile(parse_number(level, 2)?.try_into().ok()?, place)?)
        } else {
            (rest == "checkpoint").then_some(What::Checkpoint)?
        };
        Some(Self { log, what })
    }
}

/// Reads `{N}[.p/{W}]`.
fn parse_tile(level: u8, place: &str) -> Option<TileId> {
    let (groups, width) = match place.split_once(".p/") {
        None => (place, TILE_WIDTH),
        Some((groups, width)) => {
            let width = parse_number(width, 3).and_then(|width| u16::try_from(width).ok())?;
            (groups, Some(width).filter(|width| *width < TILE_WIDTH)?)
        }
    };
    TileId::new(level, parse_index(groups)?, width).ok()
}

/// Reads groups of three digits, an `x` before all but the last, without a leading group of zeroes.
fn parse_index(groups: &str) -> Option<u64> {
    let parts: Vec<&str> = groups.split('/').collect();
    let (last, before) = parts.split_last()?;
    let mut index: u64 = 0;
    for (position, group) in before.iter().map(|group| group.strip_prefix('x')).chain([Some(*last)]).enumerate() {
        let digits = group.filter(|digits| digits.len() == 3 && digits.bytes().all(|byte| byte.is_ascii_digit()))?;
        if position == 0 && digits == "000" && !before.is_empty() {
            return None;
        }
        index = index.checked_mul(1_000)?.checked_add(digits.parse().ok()?)?;
    }
    Some(index)
}

/// Reads a decimal number without leading zeroes.
fn parse_number(text: &str, digits_max: usize) -> Option<u64> {
    let is_number = !text.is_empty() && text.len() <= digits_max && text.bytes().all(|byte| byte.is_ascii_digit());
    let has_leading_zero = text.len() > 1 && text.starts_with('0');
    if is_number && !has_leading_zero { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn what(path: &str) -> Option<What> {
        Asked::parse(&format!("/workspaces/demo/{path}")).map(|asked| asked.what)
    }

    fn tile(level: u8, index: u64, width: u16) -> TileId {
        TileId::new(level, index, width).expect("a tile")
    }

    #[test]
    fn a_path_names_a_log_and_one_of_its_resources() {
        assert_eq!(what("checkpoint"), Some(What::Checkpoint));
        assert_eq!(what("tile/0/000"), Some(What::Tile(tile(0, 0, 256))));
        assert_eq!(what("tile/0/000.p/1"), Some(What::Tile(tile(0, 0, 1))));
        assert_eq!(what("tile/1/x001/x234/067.p/255"), Some(What::Tile(tile(1, 1_234_067, 255))));
        assert_eq!(what("tile/entries/x001/000"), Some(What::Entries(tile(0, 1_000, 256))));
        assert_eq!(what("tile/entries/012.p/20"), Some(What::Entries(tile(0, 12, 20))));
        let logs = Asked { log: Workspace::log_of_logs(), what: What::Checkpoint };
        assert_eq!(Asked::parse("/logs/checkpoint"), Some(logs));
    }

    #[test]
    fn whatever_is_written_otherwise_names_nothing() {
        for path in [
            "",
            "checkpoint/",
            "Checkpoint",
            "tile",
            "tile/",
            "tile/0",
            "tile/0/",
            "tile/0/0",
            "tile/0/00",
            "tile/0/0000",
            "tile/00/000",
            "tile/01/000",
            "tile/8/000",
            "tile/64/000",
            "tile/-1/000",
            "tile/a/000",
            "tile/0/x000/001",
            "tile/0/001/002",
            "tile/0/x01/002",
            "tile/0/X001/002",
            "tile/0/x001",
            "tile/0/000.p",
            "tile/0/000.p/",
            "tile/0/000.p/0",
            "tile/0/000.p/01",
            "tile/0/000.p/256",
            "tile/0/000.p/1/",
            "tile/0/000.p/1.p/1",
            "tile/0/٠٠٠",
            "tile/0/x999/x999/x999/x999/x999/x999/999",
            "tile/entries/0/000",
            "tile/entries/000/",
            "tile/entries/",
            "../logs/checkpoint",
            "tile/0/%30%30%30",
            "tile/0/+01",
        ] {
            assert_eq!(what(path), None, "{path}");
        }
        for path in [
            "",
            "/",
            "/logs",
            "/logs/",
            "logs/checkpoint",
            "/workspaces/Demo/checkpoint",
            "/workspaces/~logs/checkpoint",
            "/workspaces//checkpoint",
            "/workspaces/checkpoint",
            "//logs/checkpoint",
        ] {
            assert_eq!(Asked::parse(path), None, "{path}");
        }
    }
}
