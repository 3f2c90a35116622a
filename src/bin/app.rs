//! The page. Everything it does is in [`genscope::ui`].

fn main() {
    yew::Renderer::<genscope::ui::app::App>::new().render();
}
