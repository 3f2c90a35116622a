//! The values of a tensor, from its device.

use burn::tensor::Tensor;

/// The device did not give them: a GPU can be lost, or a shader fail. The CPU has no way to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the device cannot be read: {0}")]
pub struct NotRead(pub String);

/// All values of a tensor, row by row.
///
/// # Errors
/// If the device fails, or the tensor holds no `f32`.
pub async fn read<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>, NotRead> {
    let data = tensor.into_data_async().await;
    let data = data.map_err(|error| NotRead(root_cause(&error.to_string())))?;
    data.try_into_vec()
        .map_err(|error| NotRead(format!("{error:?}")))
}

/// The innermost of burn's nested errors, which end with a backtrace: the last line before it.
fn root_cause(error: &str) -> String {
    let causes = error.split("Backtrace:").next().unwrap_or(error);
    let line = causes
        .lines()
        .rev()
        .map(str::trim)
        .find(|line| !line.is_empty());
    line.unwrap_or("no reason given").to_owned()
}

#[cfg(test)]
mod tests {
    use burn::tensor::{DType, Device};

    use super::*;
    use crate::engine::session::testing::block_on;

    #[test]
    fn what_cannot_be_read_is_an_error() {
        let tensor = Tensor::<1>::from_data([1.0, 2.0], &Device::flex());
        assert_eq!(block_on(read(tensor.clone())), Ok(vec![1.0, 2.0]));
        assert!(block_on(read(tensor.cast(DType::F16))).is_err());
    }

    #[test]
    fn the_root_cause_is_the_innermost() {
        let error = "The device is poisoned\nCaused by:\n  Destroyed: Device was destroyed.\nBacktrace:\nnone";
        assert_eq!(root_cause(error), "Destroyed: Device was destroyed.");
        assert_eq!(root_cause("just this"), "just this");
        assert_eq!(root_cause("\n"), "no reason given");
    }
}
