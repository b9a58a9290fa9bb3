//! Which database a story is told on.

use std::cell::Cell;
use std::path::Path;

use service_kit::database::Location;
use throwaway_postgres::Database;

/// Which kind of database the stories of this thread are told on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Sqlite,
    Postgres,
}

thread_local! {
    /// SQLite, unless a story is told on another.
    static PLACE: Cell<Place> = const { Cell::new(Place::Sqlite) };
}

/// A database of a story's own; dropping it removes it.
#[derive(Debug)]
pub(crate) enum Home {
    /// A file in the story's folder.
    Sqlite,
    /// On the server that tests share.
    Postgres(Database),
}

impl Place {
    /// Returns the kind of database that stories of this thread are told on.
    pub(crate) fn current() -> Self {
        PLACE.get()
    }

    /// Has the story that this thread tells go on on this kind of database.
    pub(crate) fn begin(self) {
        PLACE.set(self);
    }

    /// Tells a story on this kind of database.
    pub(crate) fn tell(self, story: fn()) {
        PLACE.set(self);
        story();
        PLACE.set(Self::Sqlite);
    }
}

impl Home {
    /// Makes an empty database of the kind at hand.
    pub(crate) fn new() -> Self {
        match Place::current() {
            Place::Sqlite => Self::Sqlite,
            Place::Postgres => Self::Postgres(Database::new()),
        }
    }

    /// Returns where it is, for a story in this folder.
    pub(crate) fn location(&self, folder: &Path) -> Location {
        match self {
            Self::Sqlite => Location::Sqlite(folder.join("candidates.db")),
            Self::Postgres(database) => database.url().parse().expect("a URL"),
        }
    }
}

/// Tells stories once more on PostgreSQL.
macro_rules! on_postgres {
    ($($story:ident),+ $(,)?) => {
        mod on_postgres {
            $(
                #[test]
                fn $story() {
                    crate::tests::support::Place::Postgres.tell(super::$story);
                }
            )+
        }
    };
}

pub(crate) use on_postgres;

/// Every story is told on both databases, unless its file says why not.
#[test]
fn no_story_is_left_out_on_postgres() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut left_out = Vec::new();
    let mut folders = vec![source.join("tests"), source.join("store/tests")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("text");
            let (stories, told) = text.split_once("on_postgres!(").unwrap_or((&text, ""));
            if text.contains("// On one database alone:") {
                continue;
            }
            let named = stories.split("#[tokio::test]\nasync fn ").skip(1);
            let named = named.map(|story| story.split('(').next().unwrap_or_default());
            let is_told = |story: &str| told.split([',', ')', '\n', ' ']).any(|word| word == story);
            left_out.extend(named.filter(|story| !is_told(story)).map(|story| format!("{}: {story}", path.display())));
        }
    }
    assert!(left_out.is_empty(), "not told on PostgreSQL: {left_out:#?}");
}
