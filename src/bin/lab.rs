//! The native tool: data, training, samples, judging, packing.

use anyhow::Result;

fn main() -> Result<()> {
    genscope::lab::main()
}
