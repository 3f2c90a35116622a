//! Hash and history: the page's state in the URL.
