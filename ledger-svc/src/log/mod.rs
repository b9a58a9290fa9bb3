//! What is known in memory about each log: how far it reaches, what is signed, whether it may still be written to.

mod halt;
mod one;
mod partial_tiles;
mod registry;
mod right_edge;
mod view;

pub use halt::Halt;
pub use one::Log;
pub use partial_tiles::{FullTile, PartialTiles};
pub use registry::Logs;
pub use right_edge::RightEdge;
pub use view::{Head, LogView, Published};
