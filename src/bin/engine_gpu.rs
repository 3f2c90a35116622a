//! The GPU engine, a worker of the page.
use genscope::engine::{device, worker};
use genscope::protocol::EngineKind;

fn main() {
    worker::start(EngineKind::Gpu, device::gpu());
}
