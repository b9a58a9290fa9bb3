//! Signs what was committed: reads it back from the file, moves the fence, signs, stores, tells the waiting.
//!
//! One round covers everything committed since the last. It begins at once when somebody waits for a checkpoint or an approval was
//! appended, else a tenth of a second after the last one (`pace`): what nobody waits for takes no syncs from the appends. Callers of an
//! append do not wait for it, whoever needs a proof does. `recovery` brings log, checkpoints and fence together
//! at start and halts a log whose file is not the one that was signed.

mod beside_others;
mod pace;
mod read_back;
mod recovery;
mod round;
mod run;

pub(crate) use recovery::{Recovered, RecoveryError, recover, verify_note};
pub(crate) use round::Signer;
pub(crate) use run::Publisher;
