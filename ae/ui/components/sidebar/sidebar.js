// Closes the sidebar by its own button: Streamlit has no other way.

const NARROW = "(max-width: 767px)"; // where Streamlit lays the sidebar over the page

function receive(view, { page }) {
  const arrived = view.page !== undefined && view.page !== page;
  view.page = page;
  if (!arrived || !matchMedia(NARROW).matches) return;
  document.querySelector('[data-testid="stSidebarCollapseButton"] button')?.click();
}

export default component({ receive });
