//! The page's clock, which a test can let go faster, so that it does not wait for what takes long.

use anyhow::{Result, ensure};

use crate::Tab;

/// Timers, and the clock that the page reads, at a pace that can be set. Workers keep their own.
const PACED: &str = "(() => {
    const every = setInterval.bind(window), after = setTimeout.bind(window);
    const clock = performance.now.bind(performance);
    let pace = 1, read = clock(), passed = read;
    performance.now = () => {
        const now = clock();
        passed += pace * (now - read);
        read = now;
        return passed; };
    window.setPace = times => { performance.now(); pace = times; };
    const timer = again => (then, ms = 0, ...given) => {
        if (ms < 20) return (again ? every : after)(then, ms, ...given);
        let due = performance.now() + ms;
        const id = every(() => {
            if (performance.now() < due) return;
            if (again) due += ms; else clearInterval(id);
            then(...given); }, 5);
        return id; };
    window.setInterval = timer(true);
    window.setTimeout = timer(false); })()";

/// Sums up the time between two refreshes of the screen, and of it what was not long.
const WATCH: &str = "(() => {
    let last = performance.now();
    window.watched = { all: 0, lively: 0 };
    const tick = now => {
        watched.all += now - last;
        if (now - last < 100) watched.lively += now - last;
        last = now;
        requestAnimationFrame(tick); };
    requestAnimationFrame(now => { last = now; requestAnimationFrame(tick); });
    return true; })()";

impl Tab {
    /// Lets [`Tab::pace`] set the pace of pages loaded from now on.
    ///
    /// # Errors
    /// If the browser is gone.
    pub async fn paced(&self) -> Result<()> {
        self.before_load(PACED).await
    }

    /// Lets time pass so many times as fast for the page. An engine that has work to do is then
    /// waited for less long: slow down before it has.
    ///
    /// # Errors
    /// If the page is not [`Tab::paced`].
    pub async fn pace(&self, times: u32) -> Result<()> {
        let set = format!("(setPace({times}), true)");
        self.js(&set).await.map(drop)
    }

    /// Waits until so many milliseconds have passed for the page, at `times` its pace.
    ///
    /// # Errors
    /// If the page is not [`Tab::paced`].
    pub async fn pass(&self, ms: u32, times: u32) -> Result<()> {
        let begun = self.js("performance.now()").await?;
        self.pace(times).await?;
        self.wait_until(&format!("performance.now() > {begun} + {ms}"))
            .await?;
        self.pace(1).await
    }

    /// Waits for so many refreshes of the screen.
    ///
    /// # Errors
    /// If the browser is gone.
    pub async fn refreshes(&self, count: u32) -> Result<()> {
        let wait = format!(
            "new Promise(done => {{ let left = {count};
             const tick = () => left-- > 0 ? requestAnimationFrame(tick) : done(true);
             tick(); }})"
        );
        self.js_promise(&wait).await.map(drop)
    }

    /// Watches the screen's refreshes from now on, for [`Tab::was_alive`].
    ///
    /// # Errors
    /// If the browser is gone.
    pub async fn watch_refreshes(&self) -> Result<()> {
        self.js(WATCH).await.map(drop)
    }

    /// Fails unless the screen was refreshed ten times a second and more, most of the time: work that
    /// takes the page's own thread does not leave it that.
    ///
    /// # Errors
    /// Telling for how long it was.
    pub async fn was_alive(&self) -> Result<()> {
        let told = self.js("[watched.lively, watched.all]").await?;
        let [lively, all]: [f64; 2] = serde_json::from_value(told)?;
        ensure!(lively > 0.5 * all, "alive for {lively} of {all} ms");
        Ok(())
    }
}
