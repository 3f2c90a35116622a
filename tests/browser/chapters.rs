//! What every chapter promises, walked by one test for each promise. A new chapter is a row of
//! [`CHAPTERS`]; what only it can do is tested in a file of its own.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use genscope::ui::chapters::ALL;
use harness::{Fault, Gpu, Make, Tab, browse, browse_in};
use serde_json::{Value, json};

use crate::readers::no_serious_finding;

/// Work of an engine on two busy cores.
const SLOW: Duration = Duration::from_secs(180);

// Keys as WebDriver writes them.
const ENTER: &str = "\u{e007}";
const END: &str = "\u{e010}";
const HOME: &str = "\u{e011}";
const LEFT: &str = "\u{e012}";
const UP: &str = "\u{e013}";
const RIGHT: &str = "\u{e014}";
const DOWN: &str = "\u{e015}";

/// A chapter and what it is asked for. Places are queries, the rest are CSS selectors.
struct Chapter {
    path: &'static str,
    /// What says that a place is wholly there; the first is quick to compute, and shows its end.
    places: &'static [(&'static str, &'static str)],
    /// The canvas to compare, or [`NONE`].
    canvas: &'static str,
    /// On a narrow phone: what is touched, and what comes of it.
    touched: &'static [(&'static str, &'static str)],
    /// With the keyboard alone: where Tab leads, the keys pressed there, and what comes of it.
    keyed: &'static [(&'static str, &'static [&'static str], &'static str)],
    /// A query that makes no sense, what is said of it, and what is shown instead.
    nonsense: (&'static str, &'static [&'static str], &'static str),
    /// The picture saved: at which place, its name, and its size in pixels.
    saved: &'static [(&'static str, &'static str, [u32; 2])],
    /// A long run: its place, what says that it is under way, what stops it, what says so, what
    /// makes it go on, and what says that.
    stopped: Option<[&'static str; 6]>,
    /// Is the engine's work long enough to break in the midst of?
    breaks: bool,
}

/// A page of text has none.
const NONE: &str = "canvas.none";

#[rustfmt::skip]
const CHAPTERS: &[Chapter] = &[
    Chapter {
        path: "diffusion/noise",
        places: &[("t=300", ".digits .digit")],
        canvas: ".noise-views canvas",
        touched: &[(".compare button.go", "[data-name=ks]"), (".draw", ".pad canvas")],
        keyed: &[
            ("[data-digit='2']", &[ENTER], "[aria-label='Real pictures of class 2']"),
            (".transport input[type=range]", &[END], ".transport .play"),
            (".draw", &[" "], ".pad canvas"),
            // A 1: up, pen down, a line down, pen up.
            (".pad canvas", &[UP, UP, UP, UP, UP, UP, " ", DOWN, DOWN, DOWN, DOWN, DOWN, DOWN, DOWN, DOWN, DOWN, DOWN, DOWN, DOWN, " "], "canvas[aria-label*='your drawing']"),
            (".compare button.go", &[ENTER], "[data-name=ks]"),
        ],
        nonsense: ("drawing=AAAA&t=x", &["drawing=AAAA", "t=x"], "canvas[aria-label*='a real 0']"),
        saved: &[],
        stopped: None,
        breaks: false,
    },
    Chapter {
        path: "diffusion/denoise",
        places: &[
            ("steps=10&step=10", ".denoise[data-run-state=done][data-step='10']"),
            ("sampler=ddpm&steps=4&step=4", ".preset"),
        ],
        canvas: ".views canvas",
        touched: &[("[data-digit='7']", "[data-digit='7'][aria-pressed=true]")],
        keyed: &[
            ("[data-digit='5']", &[ENTER], "[data-digit='5'][aria-pressed=true]"),
            (".transport .play", &[HOME], ".denoise[data-step='0']"),
            (".transport .play", &[RIGHT, RIGHT, LEFT], ".denoise[data-step='1']"),
            (".transport .play", &[END], ".denoise[data-step='10']"),
            (".save", &[], ".save"),
        ],
        nonsense: (
            "digit=12&seed=x&colour=red&steps=10&step=10",
            &["digit=12", "seed=x", "colour"],
            ".denoise[data-steps='10'] [data-digit='3'][aria-pressed=true]",
        ),
        saved: &[("step=20", "genscope-digit-3-seed-42-step-20.png", [3 * 224, 224])],
        stopped: Some([
            "steps=100",
            ".denoise[data-run-state=running]",
            ".progress button",
            ".denoise[data-run-state=cancelled]",
            ".progress button",
            ".denoise[data-run-state=done][data-frames='101']",
        ]),
        breaks: true,
    },
    Chapter {
        path: "diffusion/network",
        places: &[("step=10&block=attention", ".network[data-looked='10'][data-looked-cut='0']")],
        canvas: ".maps .board canvas",
        touched: &[("[data-skip='1']", ".network[data-looked='10'][data-looked-cut='1']")],
        keyed: &[
            ("[data-block=attention]", &[ENTER], ".maps[data-block=attention]"),
            ("[data-skip='2']", &[" "], ".network[data-looked='10'][data-looked-cut='2']"),
            // Arrow keys on a board move its mark; elsewhere they move the step, and the maps follow.
            (".maps .board", &[RIGHT, DOWN, LEFT, RIGHT], ".network[data-step='10']"),
            (".heads .board", &[UP], ".network[data-step='10']"),
            (".transport .play", &[RIGHT], ".network[data-looked='11'][data-looked-cut='2']"),
        ],
        nonsense: ("cut=9&block=stem&step=99", &["cut=9", "stem", "step=99"], ".network[data-looked='19'][data-looked-cut='0']"),
        saved: &[],
        stopped: None,
        breaks: true,
    },
    Chapter {
        path: "diffusion/fewer",
        places: &[
            ("ways=ddim.dpm&steps=4", ".fewer[data-run-state=done]"),
            ("ways=ddpm.dpm&steps=4.8", "[data-curve=ready]"),
        ],
        canvas: "[data-cell='ddim-4'] canvas",
        touched: &[],
        keyed: &[
            (".ticks input[name='ddpm'], .ticks label:nth-of-type(1) input", &[], ".fewer"),
            (".transport .play", &[HOME], ".fewer[data-position='0']"),
            (".save", &[], ".save"),
        ],
        nonsense: ("ways=x&steps=7", &["ways=x", "steps=7"], ".fewer[data-cells='10']"),
        saved: &[("ways=ddim.dpm&steps=4", "genscope-fewer-steps-digit-3-seed-42.png", [448, 896])],
        stopped: Some([
            "ways=ddim&steps=4.50",
            ".fewer[data-finished='1']",
            ".progress button",
            ".fewer[data-run-state=cancelled]",
            ".progress button",
            ".fewer[data-finished='2'][data-run-state=done]",
        ]),
        breaks: true,
    },
    Chapter {
        path: "diffusion/drawing",
        places: &[("mode=fill&rounds=1", ".drawn[data-run-state=done]")],
        canvas: ".fillings canvas",
        touched: &[("[aria-label='Start from'] button:first-child", ".strengths")],
        keyed: &[
            ("[data-hole=none]", &[ENTER], ".drawn[data-wanted='0']"),
            // A dab of the brush.
            (".hole-sheet", &[RIGHT, RIGHT, RIGHT, " "], ".drawn[data-wanted='1'][data-run-state=done]"),
            ("select[name=rounds]", &[], "select[name=rounds]"),
            (".transport .play", &[HOME], ".drawn[data-step='0']"),
            (".save", &[], ".save"),
        ],
        nonsense: ("mode=paint&strength=21&hole=AAAA", &["mode=paint", "strength=21", "hole=AAAA"], ".drawn[data-wanted='5']"),
        saved: &[("strength=8&seed=5", "genscope-scribble-40-seed-5.png", [6 * 224, 224])],
        stopped: Some([
            "mode=fill&rounds=2",
            ".drawn[data-run-state=running]",
            ".progress button",
            ".drawn[data-run-state=cancelled]",
            ".progress button",
            ".drawn[data-run-state=done][data-finished='2']",
        ]),
        breaks: true,
    },
    Chapter {
        path: "diffusion/plane",
        places: &[("train=500&view=sample&steps=50", ".plane[data-made='500'][data-at='50']")],
        canvas: ".plane-view",
        touched: &[("button[data-view=train]", ".plane[data-view=train]"), (".draw", ".plane-view.pen")],
        keyed: &[
            (".draw", &[ENTER], ".plane-view.pen"),
            // A dot, then a line to the right and up.
            (".plane-view.pen", &[LEFT, LEFT, ENTER, " ", RIGHT, RIGHT, RIGHT, RIGHT, RIGHT, RIGHT, RIGHT, RIGHT, RIGHT, UP, UP, UP, UP, UP, UP, UP, UP, UP, " "], ".plane-tools .done"),
            (".plane-tools .done", &[ENTER], ".plane-run .go"),
            (".plane-run .go", &[ENTER], ".plane[data-run-state=done][data-snapshots='51']"),
            ("button[data-view=sample]", &[ENTER], ".plane[data-made='500']"),
            (".transport .play", &[HOME, RIGHT], ".plane[data-at='1']"),
        ],
        nonsense: ("dots=A&data=x&train=7", &["dots=A", "data=x", "train=7"], ".plane .plane-view"),
        saved: &[],
        stopped: Some([
            "train=5000&view=train",
            ".plane[data-run-state=running]",
            ".plane-run .stop",
            ".plane[data-run-state=cancelled]",
            ".plane-run .again",
            ".plane[data-run-state=running]",
        ]),
        breaks: true,
    },
    Chapter {
        path: "gan/game",
        places: &[
            ("rounds=100&at=200&layers=rfsgp", ".gan-game[data-tick='200'][data-over=true]"),
            ("hand=DG&slow=10&loss=w", ".gan-game[data-slow=back]"),
        ],
        canvas: ".game-sheet .plane-view",
        touched: &[("[data-hand=d]", ".gan-game")],
        keyed: &[
            ("[data-layer=pulls]", &[ENTER], "[data-layer=pulls][aria-pressed=false]"),
            ("[data-hand=both]", &[ENTER], ".gan-game[data-tick='202']"),
            ("[aria-label=Play]", &[LEFT], ".gan-game[data-tick='201']"),
            ("[aria-label=Play]", &[END], ".gan-game[data-tick='202']"),
        ],
        nonsense: ("loss=x&past=3~&hand=Q&glr=77&slow=1", &["loss=x", "past=3~", "hand=Q", "glr=77"], "[data-name=js]"),
        saved: &[],
        stopped: Some([
            "rounds=30000&at=60000",
            ".gan-game[data-run-state=running]",
            ".game-run .stop",
            ".gan-game[data-run-state=cancelled]",
            ".game-run .resume",
            ".gan-game[data-run-state=running]",
        ]),
        breaks: true,
    },
    Chapter {
        path: "gan/pictures",
        places: &[
            ("step=400", ".gan-pictures[data-fresh=true][data-run-state=done]"),
            ("step=400", "[data-timeline=ready]"),
            ("walk=43&step=400", ".gan-pictures[data-fresh=true][data-run-state=done]"),
            ("step=0&digit=any", ".gan-pictures[data-fresh=true][data-run-state=done]"),
        ],
        canvas: ".pics-tile canvas",
        touched: &[("[data-fake='9']", "[data-fake='9'][aria-pressed=true]"), ("[data-moment='400']", ".gan-pictures[data-shown='400']")],
        keyed: &[
            ("[data-digit='4']", &[ENTER], "[data-digit='4'][aria-pressed=true]"),
            ("[data-fake='6']", &[" "], "[data-fake='6'][aria-pressed=true]"),
            ("[data-moment='0']", &[ENTER], ".gan-pictures[data-shown='0']"),
            ("[data-moment='0']", &[RIGHT], ".gan-pictures[data-shown='50']"),
        ],
        nonsense: ("digit=12&share=4&step=1", &["digit=12", "share"], "[data-name=no-such-snapshot]"),
        saved: &[
            ("step=0", "genscope-gan-mnist-000000-fakes-seed-42.png", [5 * 224, 2 * 224]),
            ("step=0&walk=1", "genscope-gan-mnist-000000-walk-seed-42.png", [9 * 224, 224]),
        ],
        stopped: None,
        breaks: false,
    },
    Chapter {
        path: "gan/guess",
        places: &[("step=600", ".gan-guess[data-ready=true][data-step='600']")],
        canvas: ".guess-card",
        touched: &[("[data-answer=fake]", ".gan-guess[data-answered='1']")],
        keyed: &[("[data-answer=fake]", &[ENTER], ".gan-guess[data-answered='1'][data-right='1']")],
        nonsense: ("seed=x&step=1", &["seed=x"], "[data-name=no-such-snapshot]"),
        saved: &[],
        stopped: None,
        breaks: false,
    },
    Chapter {
        path: "gan/wrong",
        places: &[("case=vanishing&rounds=100", ".gan-game[data-over=true][data-tick='250']")],
        canvas: ".game-sheet .plane-view",
        touched: &[(".task [data-guess='0']", ".task [data-guessed=false]"), (".task summary", ".task .mend")],
        keyed: &[
            (".task [data-guess='2']", &[ENTER], ".task [data-guessed=true]"),
            (".task summary", &[ENTER], ".task details[open]"),
        ],
        nonsense: ("case=x", &["case=x"], ".gan-game"),
        saved: &[],
        stopped: None,
        breaks: true,
    },
    Chapter {
        path: "vae/squeeze",
        places: &[
            ("code=2", ".squeeze[data-looked=true][data-run-state=done]"),
            ("tab=clean&noise=30&code=16", ".vae-uses .vae-pair figure:nth-of-type(2)"),
            ("tab=read", ".vae-use .figures"),
            ("case=small", ".task .task-line"),
        ],
        canvas: ".vae-ends canvas",
        touched: &[
            ("[aria-label='Numbers in the code'] button:last-child", ".squeeze[data-code='16'][data-looked=true]"),
            ("[data-number='4']", ".vae-detail[data-block=mean]"),
        ],
        keyed: &[
            ("[data-digit='3']", &[ENTER], "[aria-label='Real pictures of class 3']"),
            (".transport .play", &[HOME, RIGHT], ".squeeze[data-block='1']"),
            ("[data-number='9']", &[ENTER], ".vae-detail[data-block=logits]"),
            (".save", &[], ".save"),
        ],
        nonsense: ("code=3&kind=x&block=10", &["code=3", "kind=x", "block=10"], ".squeeze[data-code='16'][data-looked=true]"),
        saved: &[("code=2", "genscope-vae-mnist-2-restored.png", [2 * 224, 224])],
        stopped: None,
        breaks: false,
    },
    Chapter {
        path: "vae/holes",
        places: &[
            ("x=100&y=-50", ".holes[data-here=true]"),
            ("grid=1&x=100&y=-50", ".holes[data-here=true][data-digits='4000'][data-run-state=done]"),
        ],
        canvas: ".vae-here canvas",
        touched: &[("[aria-label='Show'] button:first-child", "[aria-label='Show'][data-value=places]")],
        keyed: &[
            ("[data-kind=vae] .plane-view", &[RIGHT, RIGHT, UP], ".holes[data-x='120'][data-y='-40'][data-here=true]"),
            ("[data-set=fashion-mnist]", &[ENTER], "[data-set=fashion-mnist][aria-pressed=true]"),
            (".save", &[], ".save"),
        ],
        nonsense: ("x=401&y=a&grid=2", &["x=401", "y=a", "grid=2"], ".holes[data-x='0'][data-here=true]"),
        saved: &[],
        stopped: None,
        breaks: true,
    },
    Chapter {
        path: "vae/code",
        places: &[("draws=5", ".spread[data-looked=true]")],
        canvas: ".vae-steps figure:nth-of-type(2) canvas",
        touched: &[(".redraw", ".spread[data-looked=true]")],
        keyed: &[
            (".transport .play", &[HOME], ".spread[data-step='0']"),
            (".transport .play", &[RIGHT, RIGHT], ".spread[data-step='2']"),
            ("[data-digit='4']", &[ENTER], "[aria-label='Real pictures of class 4']"),
            (".save", &[], ".save"),
        ],
        nonsense: ("step=5&draws=7&seed=x", &["step=5", "draws=7", "seed=x"], ".spread[data-step='4'][data-looked=true]"),
        saved: &[("seed=5", "genscope-vae-draws-seed-5.png", [12 * 224, 224])],
        stopped: None,
        breaks: false,
    },
    Chapter {
        path: "vae/walk",
        places: &[("at=6&way=arc", ".walk[data-ready=true][data-run-state=done]")],
        canvas: ".vae-strip canvas",
        touched: &[("[data-place='24']", ".walk[data-at='24']")],
        keyed: &[
            ("[data-place='0']", &[ENTER], ".walk[data-at='0']"),
            (".transport .play", &[RIGHT], ".walk[data-at='1']"),
            ("input[name=z3]", &[RIGHT], ".walk[data-moved=true]"),
            (".save", &[], ".save"),
        ],
        nonsense: ("at=25&way=x&moved=99", &["at=25", "way=x", "moved=99"], ".walk[data-at='12'][data-ready=true]"),
        saved: &[("at=6", "genscope-vae-walk.png", [25 * 224, 224])],
        stopped: None,
        breaks: false,
    },
    Chapter {
        path: "vae/train",
        places: &[
            ("hundreds=1&at=5", ".vae-train[data-trained='100'][data-step='100'][data-run-state=done]"),
            ("case=holes&hundreds=1", ".vae-train[data-trained='100'] .task"),
        ],
        canvas: ".vae-train .vae-random",
        touched: &[(".vae-go .go", ".vae-train[data-run-state=running]")],
        keyed: &[
            (".transport .play", &[HOME], ".vae-train[data-step='0']"),
            (".transport .play", &[RIGHT, RIGHT], ".vae-train[data-step='40']"),
            ("input[name=beta]", &[RIGHT], ".vae-train[data-run-state=running]"),
            (".save", &[], ".save"),
        ],
        nonsense: ("beta=3&hundreds=61&turns=20", &["beta=3", "hundreds=61", "turns=20"], ".vae-train[data-trained='0']"),
        saved: &[],
        stopped: Some([
            "hundreds=60",
            ".vae-train[data-run-state=running]",
            ".progress button",
            ".vae-train[data-run-state=cancelled]",
            ".progress button",
            ".vae-train[data-run-state=running]",
        ]),
        breaks: true,
    },
    Chapter {
        path: "autoregressive/next",
        places: &[("step=8", ".next-token[data-run-state=done][data-at='8'] .token[aria-current]")],
        canvas: NONE,
        touched: &[
            ("[data-at='3'].token", ".next-token[data-at='3']"),
            (".odds li:nth-child(9) .odd", ".next-token[data-given='4'][data-run-state=done]"),
        ],
        keyed: &[
            ("textarea[name=prompt]", &[END, " cat"], ".next-prompt"),
            (".transport .play", &[HOME], ".next-token[data-run-state=done][data-at='0']"),
            (".transport .play", &[RIGHT, RIGHT], ".next-token[data-at='2']"),
            ("input[name=temperature]", &[RIGHT], ".next-token[data-given='2'][data-run-state=done]"),
            (".odds li:nth-child(9) .odd", &[ENTER], ".next-token[data-given='3'][data-run-state=done]"),
        ],
        nonsense: ("prompt=~&step=x&temperature=999", &["prompt=~", "step=x", "temperature=999"], ".next-token[data-run-state=done]"),
        saved: &[],
        stopped: None,
        breaks: true,
    },
    Chapter {
        path: "autoregressive/pieces",
        places: &[("text=a_cat", ".pieces[data-here=true] .piece"), ("step=3", ".pieces[data-at='3']")],
        canvas: NONE,
        touched: &[("[data-piece='1']", ".pieces-tree li")],
        keyed: &[
            ("textarea[name=text]", &[END, "s"], ".pieces"),
            (".seg[data-value=letters] button:last-child", &[ENTER], ".seg[data-value=numbers]"),
            (".transport .play", &[HOME], ".pieces[data-at='0']"),
            (".transport .play", &[RIGHT, RIGHT], ".pieces[data-at='2'] .piece.fresh"),
            ("[data-piece='0']", &[ENTER], ".pieces-tree li"),
        ],
        nonsense: ("text=~&step=x&shown=words", &["text=~", "step=x", "shown=words"], ".pieces[data-here=true]"),
        saved: &[],
        stopped: None,
        breaks: false,
    },
    Chapter {
        path: "autoregressive/inside",
        places: &[("step=8", ".inside[data-fresh=true][data-at='8'] .inside-blocks")],
        canvas: ".attention-matrix",
        touched: &[
            ("[data-head='4-1']", "[data-head='4-1'][aria-pressed=true]"),
            ("[data-mlp='0']", ".inside[data-fresh=true][data-off='1048576']"),
        ],
        keyed: &[
            ("[data-head='1-2']", &[ENTER], "[data-head='1-2'][aria-pressed=true]"),
            (".transport .play", &[HOME], ".inside[data-at='0']"),
            (".transport .play", &[RIGHT, RIGHT], ".inside[data-at='2']"),
            (".inside-head .switch", &[ENTER], ".inside[data-fresh=true][data-off='64']"),
        ],
        nonsense: ("text=~&block=9&off=x", &["text=~", "block=9", "off=x"], ".inside[data-fresh=true]"),
        saved: &[],
        stopped: None,
        breaks: false,
    },
    Chapter {
        path: "autoregressive/learned",
        places: &[("text=a_cat_sat&step=2", ".learned[data-run-state=done][data-at='2'] .token"), ("size=0&look=3", "[data-record=ready]")],
        canvas: NONE,
        touched: &[(".learned .token[data-token='1']", ".learned[data-at='1']")],
        keyed: &[
            ("textarea[name=text]", &[END, "s"], ".learned"),
            (".transport .play", &[HOME], ".learned[data-at='0']"),
            (".transport .play", &[RIGHT], ".learned[data-at='1']"),
            ("input[name=look]", &[LEFT], ".learned-sample"),
        ],
        nonsense: ("text=~&step=x&size=7", &["text=~", "step=x", "size=7"], ".learned[data-run-state=done]"),
        saved: &[],
        stopped: None,
        breaks: false,
    },
    Chapter {
        path: "autoregressive/train",
        places: &[("steps=20&at=1", ".text-train[data-run-state=done][data-frames='2'][data-step='20']")],
        canvas: NONE,
        touched: &[("button.go", ".text-train[data-run-state=running]")],
        keyed: &[
            (".transport .play", &[HOME], ".text-train[data-step='0']"),
            (".transport .play", &[RIGHT], ".text-train[data-step='20']"),
            ("button.go", &[ENTER], ".text-train[data-run-state=running]"),
        ],
        nonsense: ("seed=x&steps=30&at=999", &["seed=x", "steps=30", "at=999"], ".text-train:not([data-bytes='0'])"),
        saved: &[],
        stopped: Some([
            "steps=400",
            ".text-train[data-run-state=running]:not([data-frames='0'])",
            ".progress button",
            ".text-train[data-run-state=cancelled]",
            ".progress button",
            ".text-train[data-run-state=running]",
        ]),
        breaks: true,
    },
    Chapter {
        path: "autoregressive/answers",
        places: &[("step=39", ".answers[data-run-state=done][data-over='3'] .answer-verdict")],
        canvas: NONE,
        touched: &[],
        keyed: &[
            ("input[name=question]", &[END, "?"], ".answers"),
            ("select[name=list]", &[DOWN], ".answers[data-over='3']"),
            (".transport .play", &[HOME], ".answers[data-at='0']"),
            (".transport .play", &[RIGHT, RIGHT], ".answers[data-at='2']"),
        ],
        nonsense: ("question=~&step=x&temperature=999", &["question=~", "step=x", "temperature=999"], ".answers[data-run-state=done]"),
        saved: &[],
        stopped: None,
        breaks: true,
    },
    Chapter {
        path: "autoregressive/pixel",
        places: &[
            ("step=500", ".pixel-grow[data-run-state=done][data-at='500'] .odd"),
            ("net=rnn-clothes&step=300", ".pixel-grow[data-run-state=done][data-at='300'] .odd"),
        ],
        canvas: ".pixel-grow .board canvas",
        touched: &[
            ("[data-digit='7']", ".pixel-grow[data-run-state=done][data-pixels='784'] [data-digit='7'][aria-pressed=true]"),
            (".odd[data-value='5']", ".pixel-grow[data-changes='1']"),
        ],
        keyed: &[
            ("[data-digit='5']", &[ENTER], "[data-digit='5'][aria-pressed=true]"),
            (".transport .play", &[HOME], ".pixel-grow[data-at='0']"),
            (".transport .play", &[RIGHT, RIGHT], ".pixel-grow[data-at='2']"),
            (".pixel-grow .board", &[DOWN, RIGHT], ".pixel-grow[data-at='31']"),
            (".odd[data-value='6']", &[ENTER], ".pixel-grow[data-changes='1'][data-run-state=done]"),
        ],
        nonsense: (
            "digit=10&changes=9.9&step=500&net=x",
            &["digit=10", "changes=9.9", "net=x"],
            ".pixel-grow[data-at='500'] [data-digit='3'][aria-pressed=true]",
        ),
        saved: &[("step=783", "genscope-pixel-mnist-3.png", [224, 224])],
        stopped: None,
        // A picture takes a few turns: over before a fault has come.
        breaks: false,
    },
    Chapter {
        path: "autoregressive/sees",
        places: &[
            ("layers=3", ".pixel-sees[data-fresh=true][data-layers='3']"),
            ("net=row&layers=1", ".pixel-sees[data-fresh=true][data-kind=row]"),
        ],
        canvas: ".pixel-sees .board canvas",
        touched: &[("[data-kind=gated]", ".pixel-sees[data-fresh=true][data-kind=gated]")],
        keyed: &[
            ("[data-kind=gated]", &[ENTER], ".pixel-sees[data-kind=gated]"),
            (".transport .play", &[HOME], ".pixel-sees[data-fresh=true][data-layers='1']"),
            (".pixel-sees .board", &[RIGHT, UP], ".pixel-sees[data-fresh=true][data-at='379']"),
        ],
        nonsense: ("net=x&layers=13&at=784", &["net=x", "layers=13", "at=784"], ".pixel-sees[data-fresh=true][data-kind=plain][data-layers='4']"),
        saved: &[("layers=2", "genscope-sees-plain-2.png", [224, 224])],
        stopped: None,
        breaks: false,
    },
    Chapter {
        path: "autoregressive/finish",
        places: &[("row=14", ".pixel-finish[data-whole=true][data-row='28'] .ending:nth-child(10)[data-bits]")],
        canvas: ".ending:nth-child(8) canvas",
        touched: &[(".draw", ".pad canvas")],
        keyed: &[
            ("[data-digit='2']", &[ENTER], "[aria-label='Real pictures of class 2']"),
            (".transport .play", &[HOME], ".pixel-finish[data-row='14']"),
            (".transport .play", &[RIGHT], ".pixel-finish[data-row='15']"),
        ],
        nonsense: (
            "picture=320&rows=28&digit=10&row=14",
            &["picture=320", "rows=28", "digit=10"],
            ".pixel-finish[data-whole=true][data-rows='14'][data-row='28']",
        ),
        saved: &[("row=14", "genscope-endings.png", [5 * 224, 448])],
        stopped: None,
        breaks: true,
    },
    Chapter {
        path: "autoregressive/likely",
        places: &[("what=grey", ".pixel-likely[data-run-state=done][data-cnn][data-rnn]")],
        canvas: ".likely-views figure:nth-child(2) canvas",
        touched: &[("[data-what=noise]", ".pixel-likely[data-run-state=done][data-what=noise]")],
        keyed: &[
            ("[data-what=empty]", &[ENTER], ".pixel-likely[data-what=empty]"),
            (".transport .play", &[HOME], ".pixel-likely[data-row='0']"),
            (".transport .play", &[RIGHT], ".pixel-likely[data-row='1']"),
        ],
        nonsense: ("what=x&row=29", &["what=x", "row=29"], ".pixel-likely[data-run-state=done][data-what=picture]"),
        saved: &[("what=empty", "genscope-bits.png", [448, 224])],
        stopped: None,
        breaks: true,
    },
    Chapter {
        path: "autoregressive/tune",
        places: &[("step=12", ".next-note[data-run-state=done][data-over=true][data-at='12'] .staff[data-shown='13']")],
        canvas: NONE,
        touched: &[(".odd[aria-pressed=false]", ".next-note[data-run-state=done][data-given='13']")],
        keyed: &[
            ("select[name=key]", &[DOWN], ".next-note[data-run-state=done] .staff[aria-label*='D major']"),
            (".transport .play", &[HOME], ".next-note[data-at='0']"),
            (".transport .play", &[RIGHT, RIGHT], ".next-note[data-at='2']"),
            (".odd[aria-pressed=false]", &[ENTER], ".next-note[data-run-state=done][data-given='3']"),
        ],
        nonsense: (
            "key=H&metre=7-8&given=x&step=3",
            &["key=H", "metre=7-8", "given=x"],
            ".next-note[data-over=true][data-at='3'] .staff[aria-label*='G major, 6/8']",
        ),
        saved: &[],
        stopped: None,
        // A tune takes a turn or two: over before a fault has come.
        breaks: false,
    },
    Chapter {
        path: "autoregressive/sample",
        places: &[("step=400", ".wave-sample[data-run-state=done][data-at='400'][data-samples='4096'][data-rate]")],
        canvas: ".spectrogram canvas",
        touched: &[("[data-layer='0']", ".wave-sample[data-run-state=done][data-hears='189']")],
        keyed: &[
            ("select[name=note]", &[DOWN], ".wave-sample[data-run-state=done][data-samples='4096'] ~ .inspect [aria-label*='466 Hz was asked']"),
            (".transport .play", &[HOME], ".wave-sample[data-at='0']"),
            (".transport .play", &[RIGHT, RIGHT], ".wave-sample[data-at='2']"),
            ("[data-layer='8']", &[ENTER], ".wave-sample[data-run-state=done][data-hears='186']"),
        ],
        nonsense: (
            "note=36&deaf=x&step=3",
            &["note=36", "deaf=x"],
            ".wave-sample[data-run-state=done][data-at='3'][data-hears='190'] ~ .inspect [aria-label*='440 Hz was asked']",
        ),
        saved: &[],
        stopped: None,
        // A note takes a few turns: over before a fault has come.
        breaks: false,
    },
    Chapter {
        path: "autoregressive/forced",
        places: &[("step=400", ".wave-forced[data-run-state=done][data-at='400'][data-samples='4096']")],
        canvas: NONE,
        touched: &[(".listen:nth-of-type(2)", ".wave-forced[data-run-state=done]")],
        keyed: &[
            ("select[name=note]", &[DOWN], ".wave-forced[data-run-state=done][data-samples='4096']"),
            ("input[name=given]", &[HOME], ".wave-forced[data-run-state=done][data-given='0']"),
            (".transport .play", &[HOME], ".wave-forced[data-at='0']"),
            (".transport .play", &[RIGHT, RIGHT], ".wave-forced[data-at='2']"),
        ],
        nonsense: ("given=4097&temperature=x&step=3", &["given=4097", "temperature=x"], ".wave-forced[data-at='3'][data-given='800']"),
        saved: &[],
        stopped: None,
        breaks: false,
    },
    Chapter {
        path: "autoregressive/sound",
        places: &[("step=4000", ".wave-own[data-run-state=done][data-at='4000'][data-samples='7296'][data-note='7']")],
        canvas: ".spectrogram canvas",
        touched: &[(".listen", ".wave-own[data-run-state=done]")],
        keyed: &[
            ("select[name=note]", &[DOWN], ".wave-own[data-run-state=done][data-samples='7296'][data-note='0']"),
            (".transport .play", &[HOME], ".wave-own[data-at='0']"),
            (".transport .play", &[RIGHT, RIGHT], ".wave-own[data-at='2']"),
        ],
        nonsense: ("note=24&temperature=x&step=3", &["note=24", "temperature=x"], ".wave-own[data-at='3'][data-note='7']"),
        saved: &[],
        stopped: None,
        breaks: false,
    },
    Chapter {
        path: "autoregressive/past",
        places: &[("at=10", ".series-past[data-run-state=done][data-least][data-at='10']")],
        canvas: NONE,
        touched: &[(".least", ".series-past[data-least]:not([data-weights='50,0,0'])")],
        keyed: &[
            ("select[name=series]", &[DOWN], ".series-past[data-run-state=done][data-values='365']"),
            (".naive", &[ENTER], ".series-past[data-weights='100,0,0']"),
            (".transport .play", &[HOME], ".series-past[data-at='0']"),
            (".transport .play", &[RIGHT, RIGHT], ".series-past[data-at='2']"),
        ],
        nonsense: (
            "series=x&first=201&lag=0&at=10",
            &["series=x", "first=201", "lag=0"],
            ".series-past[data-values='181'][data-weights='50,0,0'][data-at='10']",
        ),
        saved: &[],
        stopped: None,
        breaks: false,
    },
    Chapter {
        path: "autoregressive/arima",
        places: &[
            ("at=12", ".series-arima[data-run-state=done][data-model][data-at='12']"),
            ("series=seattle&orders=best&at=2", ".series-arima[data-run-state=done][data-model] ~ .inspect .series-tried"),
        ],
        canvas: NONE,
        touched: &[(".best", ".series-arima[data-run-state=done][data-model]:not([data-tried='0'])")],
        keyed: &[
            ("select[name=q]", &[DOWN], ".series-arima[data-run-state=done][data-model='ARIMA(0,1,2)(0,1,1)12']"),
            (".transport .play", &[HOME], ".series-arima[data-at='0']"),
            (".transport .play", &[RIGHT, RIGHT], ".series-arima[data-at='2']"),
        ],
        nonsense: (
            "series=x&orders=9.9.9&at=3",
            &["series=x", "orders=9.9.9"],
            ".series-arima[data-run-state=done][data-model='ARIMA(0,1,1)(0,1,1)12'][data-at='3']",
        ),
        saved: &[],
        stopped: None,
        // A fit takes a few turns: over before a fault has come.
        breaks: false,
    },
    Chapter {
        path: "autoregressive/deep",
        places: &[
            ("steps=20&at=10", ".series-deep[data-run-state=done][data-rivals='5'][data-at='10']"),
            ("case=leak&net=gru&steps=20&at=4", ".series-deep[data-run-state=done][data-rivals='5'][data-at='4'] .task"),
        ],
        canvas: NONE,
        touched: &[("[data-lock=net] button:last-child", ".series-deep[data-run-state=done][data-rivals='5']")],
        keyed: &[
            ("[data-lock=net] button:last-child", &[ENTER], "[data-lock=net] [data-value=gru]"),
            (".transport .play", &[HOME], ".series-deep[data-run-state=done][data-at='0']"),
            (".transport .play", &[RIGHT, RIGHT], ".series-deep[data-at='2']"),
        ],
        nonsense: (
            "series=x&net=y&steps=20&at=99",
            &["series=x", "net=y", "at=99"],
            ".series-deep[data-run-state=done][data-held='36']",
        ),
        saved: &[],
        stopped: Some([
            "steps=1000",
            ".series-deep[data-run-state=running]",
            ".progress button",
            ".series-deep[data-run-state=cancelled]",
            ".progress button",
            ".series-deep[data-run-state=running]",
        ]),
        breaks: false,
    },
    Chapter {
        path: "autoregressive/rivals",
        places: &[
            ("series=apple&at=10", ".series-rivals[data-run-state=done][data-rivals='3'][data-at='10']"),
            ("series=flights&who=season&at=4", ".series-rivals[data-run-state=done][data-rivals='4'][data-at='4']"),
        ],
        canvas: NONE,
        touched: &[(".transport [aria-label='Last step computed']", ".series-rivals[data-run-state=done]:not([data-at='0'])")],
        keyed: &[
            ("select[name=who]", &[UP], ".series-rivals[data-who=ar]"),
            (".transport .play", &[HOME], ".series-rivals[data-at='0']"),
            (".transport .play", &[RIGHT, RIGHT], ".series-rivals[data-at='2']"),
        ],
        nonsense: (
            "series=x&who=y&at=3",
            &["series=x", "who=y"],
            ".series-rivals[data-run-state=done][data-who=arima][data-rivals='4'][data-at='3']",
        ),
        saved: &[],
        stopped: None,
        breaks: false,
    },
    page_of_text("guide/teachers", &[("", ".text-page table")]),
    page_of_text("guide/words", &[("", ".text-page dt")]),
];

/// A chapter without a stage: there is nothing to touch or to compute.
const fn page_of_text(
    path: &'static str,
    places: &'static [(&'static str, &'static str)],
) -> Chapter {
    Chapter {
        path,
        places,
        canvas: NONE,
        touched: &[],
        keyed: &[],
        nonsense: ("seed=1", &["seed"], ".text-page"),
        saved: &[],
        stopped: None,
        breaks: false,
    }
}

impl Chapter {
    fn link(&self, query: &str) -> String {
        format!("#/{}?{query}", self.path)
            .trim_end_matches('?')
            .to_owned()
    }

    /// What its canvas shows.
    async fn pixels(&self, tab: &Tab) -> Result<Value> {
        match self.canvas {
            NONE => Ok(Value::Null),
            canvas => tab.pixels(canvas).await,
        }
    }

    /// Goes to a place as a link on the page does, and waits until it is wholly there.
    async fn follow(&self, tab: &Tab, (query, ready): (&str, &str)) -> Result<()> {
        if tab.js("location.hash").await? == "" {
            return self.open(tab, (query, ready)).await;
        }
        tab.set_hash(&self.link(query)).await?;
        tab.refreshes(3).await?;
        tab.wait_for_within(ready, SLOW).await.map(drop)
    }

    /// Opens a place in a page loaded anew and waits until it is wholly there.
    async fn open(&self, tab: &Tab, (query, ready): (&str, &str)) -> Result<()> {
        tab.open_at(&self.link(query)).await?;
        tab.wait_for_within(ready, SLOW).await.map(drop)
    }
}

/// Does something with every chapter and gives what comes of it, or names those that failed.
async fn walk<T>(tab: &Tab, visit: impl AsyncFn(&Tab, &Chapter) -> Result<T>) -> Result<Vec<T>> {
    let (mut seen, mut failed) = (Vec::new(), Vec::new());
    let mut errors = 0;
    for chapter in CHAPTERS {
        match visit(tab, chapter).await {
            Ok(of_chapter) => seen.push(of_chapter),
            Err(error) => failed.push(format!("{}: {error:#}", chapter.path)),
        }
        let all = tab.errors().await?;
        if all.len() > errors {
            failed.push(format!("{}: {:?}", chapter.path, &all[errors..]));
            errors = all.len();
        }
    }
    ensure!(failed.is_empty(), "{failed:#?}");
    Ok(seen)
}

#[test]
fn every_chapter_is_in_the_table() {
    let listed: Vec<_> = CHAPTERS.iter().map(|chapter| chapter.path).collect();
    let there: Vec<_> = ALL.iter().map(|chapter| chapter.path).collect();
    assert_eq!(listed, there);
}

#[test]
fn everything_fits_a_narrow_phone_a_finger_large_letters_and_axe() {
    const CUT: &str = "[...document.querySelectorAll('.stage button, .stage figcaption, .stage select')]
        .filter(e => e.checkVisibility() && getComputedStyle(e).overflow !== 'visible' && e.scrollWidth > e.clientWidth + 1)
        .map(e => e.outerHTML.slice(0, 120))";
    const SMALL: &str = "[...document.querySelectorAll('.stage button, .stage select')]
        .filter(e => e.checkVisibility() && !e.closest('.word') && e.getBoundingClientRect().height < 36)
        .map(e => e.outerHTML.slice(0, 80))";
    const PHONE: (u32, u32) = (320, 640);
    browse(Gpu::None, async |tab| {
        walk(tab, async |tab, chapter| {
            tab.viewport(PHONE.0, PHONE.1).await?;
            for &place in chapter.places.iter().rev() {
                chapter.follow(tab, place).await?;
                tab.fits().await?;
                let small: Vec<String> = serde_json::from_value(tab.js(SMALL).await?)?;
                ensure!(small.is_empty(), "too small for a finger: {small:?}");
            }
            for (touched, then) in chapter.touched {
                tab.click(touched).await?;
                tab.wait_for_within(then, SLOW).await?;
                tab.fits().await?;
            }
            fits_wider(tab).await?;
            // With letters twice as large, as a browser's setting makes them.
            tab.viewport(640, 640).await?;
            tab.letters(32).await?;
            tab.refreshes(3).await?;
            tab.fits().await?;
            let cut: Vec<String> = serde_json::from_value(tab.js(CUT).await?)?;
            ensure!(cut.is_empty(), "words are cut: {cut:?}");
            tab.letters(16).await?;
            tab.viewport(1360, 900).await?;
            no_serious_finding(tab).await
        })
        .await?;
        tab.viewport(PHONE.0, PHONE.1).await?;
        tab.open_at("#/").await?;
        tab.fits().await?;
        fits_wider(tab).await?;
        no_serious_finding(tab).await
    });
}

/// Fails if something sticks out where layouts of other widths end.
async fn fits_wider(tab: &Tab) -> Result<()> {
    for (width, height) in [(500, 900), (900, 700)] {
        tab.viewport(width, height).await?;
        tab.fits().await.with_context(|| format!("{width} px"))?;
    }
    Ok(())
}

/// The keyboard alone is enough, and a link shows the same again; also when the worker dies in the
/// midst of its work and is replaced.
#[test]
fn by_keyboard_alone_and_by_a_link_though_its_engine_breaks() {
    browse(Gpu::None, async |tab| {
        let seen = walk(tab, by_keyboard_alone).await?;
        tab.let_errors_be();
        for (chapter, seen) in CHAPTERS.iter().zip(seen) {
            let again = again_and_broken(tab, chapter, seen).await;
            again.context(chapter.path)?;
        }
        Ok(())
    });
}

/// Gives what its canvas shows before the first key.
async fn by_keyboard_alone(tab: &Tab, chapter: &Chapter) -> Result<Value> {
    chapter.follow(tab, chapter.places[0]).await?;
    let notices = tab.text(".notices").await?;
    ensure!(notices.is_empty(), "{notices}");
    let playing = tab.all("[aria-label=Pause]").await?;
    ensure!(playing.is_empty(), "motion is to be spared");
    let seen = chapter.pixels(tab).await?;
    for (place, keys, then) in chapter.keyed {
        tab.tab_to(place).await?;
        let outline = "getComputedStyle(document.activeElement).outlineStyle";
        ensure!(
            tab.js(outline).await? != "none",
            "{place}: no visible focus"
        );
        for key in *keys {
            tab.keys(*key).await?;
        }
        tab.wait_for_within(then, SLOW).await?;
    }
    Ok(seen)
}

async fn again_and_broken(tab: &Tab, chapter: &Chapter, seen: Value) -> Result<()> {
    let (query, ready) = chapter.places[0];
    let fault = if chapter.breaks { "&fault=panic" } else { "" };
    chapter
        .open(tab, (&format!("{query}{fault}"), ready))
        .await?;
    let said = tab.text(".notices").await?;
    if chapter.breaks {
        ensure!(said.contains("A new one was started"), "{said}");
        tab.click(".notices .square").await?;
        let left = tab.text(".notices").await?;
        ensure!(left.is_empty(), "what is closed is gone");
    } else {
        ensure!(said.is_empty(), "{said}");
    }
    ensure!(chapter.pixels(tab).await? == seen, "another picture");
    Ok(())
}

#[test]
fn nonsense_in_a_link_is_said_and_falls_back() {
    browse(Gpu::None, async |tab| {
        walk(tab, async |tab, chapter| {
            let (query, parts, instead) = chapter.nonsense;
            chapter.follow(tab, (query, instead)).await?;
            let said = tab.text(".notices").await?;
            for part in parts {
                ensure!(said.contains(part), "{part} is not in: {said}");
                // The link is cleaned up.
                tab.wait_for_link_without(part).await?;
            }
            Ok(())
        })
        .await?;
        tab.open_at("#/no/such/page?%%%").await?;
        tab.wait_for(".landing").await?;
        let said = tab.text(".notices").await?;
        ensure!(said.contains("no page called"), "{said}");
        Ok(())
    });
}

/// Before a page is loaded: what it saves is told to the test.
pub const CATCH: &str = "HTMLAnchorElement.prototype.click = function () {
    window.saved = { href: this.href, name: this.download }; }";

#[test]
fn what_is_shown_is_saved_as_png() {
    const SIZE: &str = "new Promise((ok, no) => { const image = new Image();
        image.onload = () => ok([image.width, image.height]); image.onerror = no;
        image.src = window.saved.href; })";
    browse(Gpu::None, async |tab| {
        tab.before_load(CATCH).await?;
        walk(tab, async |tab, chapter| {
            for &(query, name, size) in chapter.saved {
                let (_, ready) = chapter.places[0];
                let stage = ready.split(['[', ' ']).next().unwrap_or_default();
                let done = format!("{stage}[data-run-state=done]");
                chapter.follow(tab, (query, &done)).await?;
                tab.click(&format!("{stage} .save:not(:disabled)")).await?;
                let saved = tab.wait_until("window.saved?.name").await?;
                ensure!(saved == name, "{saved}, not {name}");
                let found = tab.js_promise(SIZE).await?;
                ensure!(found == json!(size), "{found}, not {size:?}");
            }
            Ok(())
        })
        .await
        .map(drop)
    });
}

#[test]
fn what_takes_long_is_stopped_and_goes_on() {
    browse(Gpu::None, async |tab| {
        walk(tab, async |tab, chapter| {
            let Some([query, begun, stop, stopped, go_on, then]) = chapter.stopped else {
                return Ok(());
            };
            chapter.open(tab, (query, begun)).await?;
            tab.click(stop).await?;
            tab.wait_for(stopped).await?;
            let frames = tab.attribute(stopped, "data-frames").await?;
            tab.refreshes(20).await?;
            ensure!(
                tab.attribute(stopped, "data-frames").await? == frames,
                "it went on"
            );
            tab.click(go_on).await?;
            tab.wait_for_within(then, SLOW).await?;
            if then.contains("=done") {
                // The pause leaves no trace.
                let interrupted = chapter.pixels(tab).await?;
                chapter.open(tab, (query, then)).await?;
                let whole = chapter.pixels(tab).await?;
                ensure!(whole == interrupted, "another end");
            }
            Ok(())
        })
        .await
        .map(drop)
    });
}

#[test]
fn back_and_forward_lead_through_all_chapters() {
    browse(Gpu::None, async |tab| {
        let shown = async |chapter: &Chapter| -> Result<()> {
            let stage = chapter.places[0]
                .1
                .split(['[', ' '])
                .next()
                .unwrap_or_default();
            tab.wait_for(stage).await.context(chapter.path)?;
            let at = format!("location.hash.split('?')[0] === '#/{}'", chapter.path);
            tab.wait_until(&at).await.map(drop)
        };
        tab.open_at("#/").await?;
        for chapter in CHAPTERS {
            // A control moves just before one leaves.
            tab.keys(RIGHT).await?;
            tab.set_hash(&format!("#/{}", chapter.path)).await?;
            shown(chapter).await?;
        }
        for chapter in CHAPTERS.iter().rev().skip(1) {
            tab.keys(RIGHT).await?;
            tab.js("(history.back(), true)").await?;
            shown(chapter).await?;
        }
        for chapter in CHAPTERS.iter().skip(1) {
            tab.js("(history.forward(), true)").await?;
            shown(chapter).await?;
        }
        Ok(())
    });
}

#[test]
fn many_runs_leave_nothing_behind() {
    const WORKERS: &str = "window.workers = 0; window.Worker = class extends Worker {
        constructor(...given) { super(...given); workers++; }
        terminate() { workers--; super.terminate(); } };";
    const RUNS: &str = "new Promise(done => { let left = 20; const next = () => {
        if (!document.querySelector('.denoise[data-run-state=done]')) return setTimeout(next, 10);
        if (left-- === 0) return done([workers, document.querySelectorAll('*').length]);
        document.querySelector('[aria-label=\"New seed\"]').click();
        setTimeout(next, 50); }; next(); })";
    browse(Gpu::None, async |tab| {
        tab.before_load(WORKERS).await?;
        tab.open_at("#/diffusion/denoise?steps=4&step=4").await?;
        let first = tab.js_promise(RUNS).await?;
        tab.js_promise(RUNS).await?;
        let last = tab.js_promise(RUNS).await?;
        ensure!(first == last, "workers and elements: {first}, then {last}");
        ensure!(last[0] == 1, "one worker is enough: {last}");
        Ok(())
    });
}

/// Clicks and keys without plan in every chapter, for `WANDER_S` seconds each.
#[test]
#[ignore = "takes minutes: for a look now and then"]
fn a_restless_visitor_breaks_nothing() {
    const WANDER: &str = "new Promise(done => {
        let state = 1, until = Date.now() + SECONDS * 1000;
        const random = n => (state = state * 48271 % 2147483647) % n;
        const keys = ['ArrowLeft', 'ArrowRight', 'Home', 'End', ' ', 'Enter', 'ArrowUp'];
        const act = () => {
            if (Date.now() > until) return done(true);
            const all = [...document.querySelectorAll('.stage button:not(:disabled), .stage select, .stage input, .stage canvas')]
                .filter(e => e.checkVisibility());
            const one = all[random(all.length)];
            if (one?.tagName === 'SELECT') {
                one.selectedIndex = random(one.options.length);
                one.dispatchEvent(new Event('change', { bubbles: true }));
            } else if (one?.type === 'range') {
                one.value = +one.min + random(1 + one.max - one.min);
                for (const name of ['input', 'change']) one.dispatchEvent(new Event(name, { bubbles: true }));
            } else if (random(3)) { one?.click(); } else {
                (one ?? document.body).dispatchEvent(new KeyboardEvent('keydown',
                    { key: keys[random(keys.length)], bubbles: true, cancelable: true }));
            }
            setTimeout(act, random(4) ? 10 : 300); };
        HTMLAnchorElement.prototype.click = () => {};
        act(); })";
    let seconds = std::env::var("WANDER_S").unwrap_or_else(|_| "60".into());
    browse(Gpu::None, async |tab| {
        walk(tab, async |tab, chapter| {
            chapter.open(tab, chapter.places[0]).await?;
            tab.js_promise(&WANDER.replace("SECONDS", &seconds)).await?;
            let told = tab.all(".guard:not([hidden]), .notice.stop").await?;
            ensure!(told.is_empty(), "{}", tab.url().await?);
            Ok(())
        })
        .await
        .map(drop)
    });
}

#[test]
fn the_main_act_works_in_firefox() {
    browse_in(Make::Firefox, main_acts);
}

#[test]
fn the_main_act_works_in_webkit() {
    browse_in(Make::WebKit, main_acts);
}

async fn main_acts(tab: &Tab) -> Result<()> {
    for chapter in CHAPTERS {
        chapter
            .follow(tab, chapter.places[0])
            .await
            .context(chapter.path)?;
        let said = tab.text(".notices").await?;
        ensure!(said.is_empty(), "{}: {said}", chapter.path);
        ensure!(
            tab.all(".guard:not([hidden])").await?.is_empty(),
            "{}",
            chapter.path
        );
    }
    Ok(())
}

/// A file that fails: at which place, what is said of it where, what is seen meanwhile, the way on, and
/// where that leads.
struct Broken(
    &'static str,
    Fault,
    &'static str,
    [&'static str; 2],
    &'static str,
    &'static str,
    &'static str,
);

const STOP: &str = ".notice.stop";
const RETRY: &str = ".notice.stop .button";
const DIGIT: &str = "#/diffusion/denoise?steps=4&step=4";
const NO_DIGIT: &str = ".denoise[data-run-state=failed]";
const A_DIGIT: &str = ".denoise[data-run-state=done][data-frames='5']";
const FAKES: &str = "#/gan/pictures?step=0";
const GUESS: &str = "#/gan/guess?step=600";
const NO_GAME: &str = "[data-answer=real]:disabled";
const A_GAME: &str = ".gan-guess[data-ready=true]";

#[rustfmt::skip]
const BROKEN: &[Broken] = &[
    // First: programs that have come whole are kept.
    Broken("engine_cpu_bg.wasm", Fault::Page, DIGIT, [STOP, "engine_cpu_bg.wasm could not be loaded"], NO_DIGIT, RETRY, A_DIGIT),
    Broken("weights/manifest.json", Fault::NotFound, DIGIT, [STOP, "could not be loaded"], NO_DIGIT, RETRY, A_DIGIT),
    Broken("weights/diffusion-mnist.bpk", Fault::NotFound, DIGIT, [STOP, "could not be loaded"], NO_DIGIT, RETRY, A_DIGIT),
    Broken("weights/diffusion-mnist.bpk", Fault::Truncate(1000), DIGIT, [STOP, "damaged"], NO_DIGIT, RETRY, A_DIGIT),
    Broken("weights/diffusion-mnist.bpk", Fault::FlipByte(5000), DIGIT, [STOP, "damaged"], NO_DIGIT, RETRY, A_DIGIT),
    Broken("weights/*.bpk", Fault::StallAfter(5000), "#/diffusion/denoise?steps=4&step=4&patience=2",
        [STOP, "could not be loaded"], NO_DIGIT, RETRY, A_DIGIT),
    Broken("worker.js", Fault::NotFound, DIGIT, [STOP, "The engine stopped"], NO_DIGIT, RETRY, A_DIGIT),
    Broken("engine_cpu.js", Fault::NotFound, DIGIT, [STOP, "engine_cpu.js could not be loaded"], NO_DIGIT, RETRY, A_DIGIT),
    Broken("engine_train_bg.wasm", Fault::NotFound, "#/gan/game?rounds=300&at=600", [STOP, "engine_train_bg.wasm could not be loaded"],
        ".gan-game[data-run-state=failed]", RETRY, ".gan-game[data-tick='600']"),
    // Made ahead: never an empty stage.
    Broken("weights/manifest.json", Fault::NotFound, "#/gan/pictures", [STOP, "manifest.json"],
        ".pics-sheet .ahead-fake", RETRY, ".gan-pictures[data-fresh=true]"),
    Broken("weights/gan-mnist-000600.bpk", Fault::Truncate(1000), GUESS, [STOP, "gan-mnist-000600.bpk"],
        NO_GAME, RETRY, A_GAME),
    Broken("samples/*", Fault::NotFound, "#/diffusion/noise?t=300", [".notice[role=alert]", "could not be loaded"],
        ".noise-views", ".notice[role=alert] button", ".digits .digit"),
    Broken("samples/mnist-test.json", Fault::NotFound, FAKES, [".pics-notice", "real test digits could not be loaded"],
        ".pics-tile", ".pics-notice button", ".pics-real .verdict[data-verdict]"),
    Broken("samples/mnist-test.json", Fault::NotFound, GUESS, [".pics-notice", "there is no game"],
        NO_GAME, ".pics-notice button", A_GAME),
    Broken("quality/diffusion-mnist-steps.json", Fault::Truncate(100), "#/diffusion/fewer?ways=ddim&steps=4",
        [".measured [role=alert]", "could not be loaded"], "[data-curve=failed]", ".measured button", "[data-curve=ready]"),
    Broken("quality/gan-mnist-timeline.json", Fault::NotFound, FAKES, [".measured [role=alert]", "could not be loaded"],
        "[data-timeline=failed]", ".measured button", "[data-timeline=ready]"),
    Broken("weights/ae-mnist-2.bpk", Fault::NotFound, "#/vae/holes", [STOP, "ae-mnist-2.bpk"],
        ".holes[data-here=false]", RETRY, ".holes[data-here=true]"),
    Broken("samples/series.json", Fault::NotFound, "#/autoregressive/arima?at=3", [".series-arima .notice", "could not be fetched"],
        ".series-arima:not([data-model])", ".series-arima .notice button", ".series-arima[data-model]"),
    Broken("samples/mnist-digits.png", Fault::NotFound, "#/vae/holes", [".holes .notice", "could not be fetched"],
        ".holes[data-here=true]", ".holes .notice .button", ".holes:not([data-digits='0'])"),
    Broken("quality/vae-uses.json", Fault::NotFound, "#/vae/squeeze?tab=read", [".vae-uses .notice", "could not be fetched"],
        ".squeeze[data-looked=true]", ".vae-uses .notice .button", ".vae-use .figures"),
    Broken("weights/text-stories.bpk", Fault::NotFound, "#/autoregressive/next?step=8", [STOP, "text-stories.bpk"],
        ".next-token[data-steps='0']", RETRY, ".next-token[data-at='8']"),
    Broken("samples/text-stories.tokens.json", Fault::NotFound, "#/autoregressive/next?step=8", [".next-token .notice", "could not be fetched"],
        ".next-token[data-steps='0']", ".next-token .notice .button", ".next-token[data-at='8']"),
    Broken("weights/text-answers.bpk", Fault::NotFound, "#/autoregressive/answers", [STOP, "text-answers.bpk"],
        ".answers[data-over='1']", RETRY, ".answers[data-over='3']"),
    Broken("samples/tales.txt", Fault::NotFound, "#/autoregressive/train", [".text-train .notice", "could not be fetched"],
        ".text-train[data-bytes='0']", ".text-train .notice .button", ".text-train:not([data-bytes='0'])"),
    Broken("quality/text-learning.json", Fault::Truncate(100), "#/autoregressive/learned", [".learned-record .notice", "could not be fetched"],
        "[data-record=failed]", ".learned-record .notice .button", "[data-record=ready]"),
    Broken("quality/text-answers.json", Fault::NotFound, "#/autoregressive/answers", [".answers-marks .notice", "could not be fetched"],
        ".answers", ".answers-marks .notice .button", ".answers-marks table"),
    Broken("weights/pixel-mnist.bpk", Fault::NotFound, "#/autoregressive/pixel?step=500", [STOP, "pixel-mnist.bpk"],
        ".pixel-grow[data-pixels='0']", RETRY, ".pixel-grow[data-at='500']"),
    Broken("weights/pixel-rnn-mnist.bpk", Fault::NotFound, "#/autoregressive/likely?what=empty", [STOP, "pixel-rnn-mnist.bpk"],
        ".pixel-likely[data-cnn]", RETRY, ".pixel-likely[data-cnn][data-rnn]"),
    Broken("samples/fashion-mnist-test.json", Fault::NotFound, "#/autoregressive/likely?what=garment", [".pixel-likely .notice", "could not be loaded"],
        ".pixel-likely", ".pixel-likely .notice .button", ".pixel-likely[data-cnn][data-rnn]"),
    Broken("weights/music-tunes.bpk", Fault::NotFound, "#/autoregressive/tune?step=4", [STOP, "music-tunes.bpk"],
        ".next-note[data-steps='0']", RETRY, ".next-note[data-at='4']"),
    Broken("samples/music-tunes.tokens.json", Fault::NotFound, "#/autoregressive/tune?step=4", [".next-note .notice", "could not be fetched"],
        ".next-note[data-steps='0']", ".next-note .notice .button", ".next-note[data-at='4']"),
    Broken("weights/wave-notes.bpk", Fault::NotFound, "#/autoregressive/sample?step=4", [STOP, "wave-notes.bpk"],
        ".wave-sample[data-samples='0']", RETRY, ".wave-sample[data-at='4'][data-samples='4096']"),
    Broken("quality/tunes.json", Fault::Truncate(100), "#/autoregressive/tune?step=4", [".tune-copied .notice", "could not be fetched"],
        ".next-note[data-at='4']", ".tune-copied .notice .button", ".tune-copied .hint"),
    Broken("samples/text-stories.tokens.json", Fault::Truncate(100), "#/autoregressive/pieces", [".pieces .notice", "could not be fetched"],
        ".pieces[data-here=false]", ".pieces .notice .button", ".pieces[data-here=true]"),
];

#[test]
fn a_missing_or_damaged_file_is_a_sentence_and_a_retry() {
    browse(Gpu::None, async |tab| {
        tab.server().let_keep("*.wasm");
        for broken in BROKEN {
            let Broken(file, _, link, ..) = broken;
            let mended = break_and_mend(tab, broken).await;
            mended.with_context(|| format!("{file} at {link}"))?;
        }
        Ok(())
    });
}

async fn break_and_mend(tab: &Tab, broken: &Broken) -> Result<()> {
    let &Broken(file, fault, link, [place, sentence], meanwhile, retry, then) = broken;
    tab.fault(file, fault);
    // A page that has a file does not ask for it again.
    if tab.server().was_asked_for(file) || tab.js("location.hash").await? == "" {
        tab.server().forget_requests();
        tab.goto(link).await?;
    } else {
        tab.set_hash(link).await?;
    }
    tab.wait_for_within(place, SLOW).await?;
    let said = tab.text(place).await?;
    ensure!(said.contains(sentence), "{said}");
    // What the machine says is for who opens the details.
    for word in [
        "undefined",
        "wasm-function",
        "HTTP",
        "404",
        "JsValue",
        "Error",
    ] {
        ensure!(!said.contains(word), "{word} in: {said}");
    }
    tab.wait_for(meanwhile).await?;
    if meanwhile == NO_DIGIT && fault == Fault::NotFound {
        // The rest of the page is alive, whatever it is that lacks.
        tab.pick_digit(4).await?;
        tab.wait_for_within(NO_DIGIT, SLOW).await?;
    }
    tab.server().clear_faults();
    tab.click_when_still(retry).await?;
    tab.wait_for_within(then, SLOW).await?;
    ensure!(tab.all(place).await?.is_empty(), "it is still said");
    Ok(())
}
