//! The engine that trains networks live, on the CPU: a worker of the page.
use genscope::engine::{device, worker};
use genscope::protocol::EngineKind;

fn main() {
    worker::start(EngineKind::Cpu, device::cpu());
}
