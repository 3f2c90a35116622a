//! `cargo xtask shot '#/diffusion' --width 390 --dark --wait '[data-ready]' --out room.png`

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use clap::Parser;
use harness::{Gpu, Setup, Tab, in_window};

/// Saves a picture of pkg/ in headless Chromium, and prints what the console says.
#[derive(Parser)]
#[command(name = "cargo xtask shot")]
struct Shot {
    /// What comes after the site's address, such as '#/diffusion'
    #[arg(default_value = "")]
    hash: String,
    #[arg(long, default_value_t = 1360)]
    width: u32,
    #[arg(long, default_value_t = 900)]
    height: u32,
    /// The whole page, not just what is in the window
    #[arg(long)]
    full: bool,
    #[arg(long)]
    dark: bool,
    #[arg(long)]
    reduced_motion: bool,
    /// With WebGPU (by SwiftShader)
    #[arg(long)]
    gpu: bool,
    /// Wait until this CSS selector matches (up to two minutes)
    #[arg(long)]
    wait: Option<String>,
    /// Click these, one after the other, once the page is there
    #[arg(long)]
    click: Vec<String>,
    /// Run this JavaScript expression and print its value
    #[arg(long)]
    js: Option<String>,
    /// Wait this long before the picture
    #[arg(long, default_value_t = 500)]
    settle_ms: u64,
    #[arg(long, default_value = "shot.png")]
    out: PathBuf,
}

fn main() -> Result<()> {
    let shot = Shot::parse();
    let gpu = if shot.gpu {
        Gpu::Swiftshader
    } else {
        Gpu::None
    };
    let setup = Setup {
        gpu,
        motion: !shot.reduced_motion,
        size: (shot.width, shot.height),
        ..Setup::default()
    };
    in_window(&setup, async |tab| {
        let taken = shot.take(tab).await;
        for entry in tab.console().await.unwrap_or_default() {
            eprintln!("{} {} {}", entry.level, entry.source, entry.message);
        }
        taken
    })
}

impl Shot {
    async fn take(&self, tab: &Tab) -> Result<()> {
        tab.prefer(self.dark, self.reduced_motion).await?;
        tab.goto(&self.hash).await?;
        for css in &self.click {
            tab.click(css).await?;
        }
        let ready = match &self.wait {
            Some(css) => tab
                .wait_for_within(css, Duration::from_secs(120))
                .await
                .map(drop),
            None => Ok(()),
        };
        if let Some(expression) = &self.js {
            println!("{}", tab.js_promise(expression).await?);
        }
        tokio::time::sleep(Duration::from_millis(self.settle_ms)).await;
        for wide in tab.overflow().await? {
            eprintln!("sticks out to the right: {wide}");
        }
        if self.full {
            let height = tab.js("document.documentElement.scrollHeight").await?;
            let height = height
                .as_u64()
                .and_then(|height| u32::try_from(height).ok());
            tab.viewport(self.width, height.unwrap_or(self.height))
                .await?;
        }
        // Relative to where the command was given; a picture of a page that never got ready helps too.
        let folder = std::env::var_os("SHOT_FOLDER")
            .map(PathBuf::from)
            .unwrap_or_default();
        tab.screenshot(&folder.join(&self.out)).await?;
        eprintln!("saved {}", self.out.display());
        ready
    }
}
