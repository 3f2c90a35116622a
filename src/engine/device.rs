//! Where an engine computes: the CPU, or a GPU through WebGPU.

use burn::tensor::Device;

use crate::protocol::EngineError;

/// A device that is ready for use.
pub struct Accelerator {
    /// The burn device.
    pub device: Device,
    /// The adapter's description, on a GPU.
    pub adapter: Option<String>,
    #[cfg(feature = "gpu")]
    gpu: Option<burn::tensor::wgpu::wgpu::Device>,
}

/// burn's flex backend: SIMD, one thread.
#[cfg(feature = "flex")]
pub async fn cpu() -> Result<Accelerator, EngineError> {
    Ok(Accelerator {
        device: Device::flex(),
        adapter: None,
        #[cfg(feature = "gpu")]
        gpu: None,
    })
}

/// burn on WebGPU. burn allows this once in the life of a worker.
///
/// # Errors
/// [`EngineError::NoAdapter`] if the browser has no WebGPU, or nothing to run it on.
#[cfg(feature = "gpu")]
pub async fn gpu() -> Result<Accelerator, EngineError> {
    let adapter = adapter().await.map_err(EngineError::NoAdapter)?;
    let (device, setup) = Device::wgpu_options()
        .init_with_setup_async()
        .await
        .map_err(|e| EngineError::NoAdapter(e.to_string()))?;
    Ok(Accelerator {
        device,
        adapter: Some(adapter),
        gpu: Some(setup.device),
    })
}

/// Asks the browser for an adapter, and for its description, which wgpu passes on in part only.
#[cfg(feature = "gpu")]
async fn adapter() -> Result<String, String> {
    use js_sys::{Function, Promise, Reflect};
    use wasm_bindgen::{JsCast, JsValue};

    let get = |of: &JsValue, name: &str| Reflect::get(of, &name.into()).unwrap_or_default();
    let gpu = get(&get(&js_sys::global(), "navigator"), "gpu");
    if gpu.is_falsy() {
        return Err("this browser has no WebGPU".into());
    }
    let request = get(&gpu, "requestAdapter").unchecked_into::<Function>();
    let promise = request.call0(&gpu).map_err(|e| format!("{e:?}"))?;
    let adapter = wasm_bindgen_futures::JsFuture::from(Promise::from(promise))
        .await
        .map_err(|e| format!("{e:?}"))?;
    if adapter.is_falsy() {
        return Err("there is nothing that WebGPU could run on".into());
    }
    let info = get(&adapter, "info");
    let told: Vec<String> = ["vendor", "architecture", "description"]
        .iter()
        .filter_map(|name| get(&info, name).as_string())
        .filter(|text| !text.is_empty())
        .collect();
    Ok(if told.is_empty() {
        "WebGPU".into()
    } else {
        told.join(", ")
    })
}

impl Accelerator {
    /// Destroys the GPU device, as a driver reset would; the CPU has nothing to lose.
    pub fn lose(&self) {
        #[cfg(feature = "gpu")]
        if let Some(gpu) = &self.gpu {
            gpu.destroy();
        }
    }
}
