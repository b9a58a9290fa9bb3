use crate::failure::Failure;

/// The most items on a page.
pub const PAGE_SIZE: i32 = 1_000;

/// Reads a list to its end: `read` takes a page token, empty for the first page, and returns the page's items with the next token.
///
/// # Errors
/// What `read` fails by.
pub async fn all_pages<T>(
    mut read: impl AsyncFnMut(String) -> Result<(Vec<T>, String), Failure>,
) -> Result<Vec<T>, Failure> {
    let mut all = Vec::new();
    let mut page_token = String::new();
    loop {
        let (items, next) = read(page_token).await?;
        all.extend(items);
        if next.is_empty() {
            return Ok(all);
        }
        page_token = next;
    }
}
