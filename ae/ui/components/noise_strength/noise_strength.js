// The slider of the noise's strength. Other components read it as lab.strength and hear "strength"
// while it moves; Python gets it when it has come to rest.

const REST_MS = 300;

function mount(view) {
  view.slider = view.find("input");
  view.restTimer = 0;
  view.slider.addEventListener("input", () => {
    clearTimeout(view.restTimer);
    view.number++;
    set(view, Number(view.slider.value));
  });
  // released, or a key pressed: a hand that holds the slider still may be on its way
  view.slider.addEventListener("change", () => {
    clearTimeout(view.restTimer);
    view.restTimer = setTimeout(() => post(view), REST_MS);
  });
}

const post = ({ setStateValue, value, number }) => setStateValue("strength", { value, number });

// number : of the last strength that Python has heard of. An answer to an older one comes too late.
function receive(view, { value, step, number }) {
  view.number ??= number;
  if (number < view.number) return;
  view.number = number;
  view.slider.step = step;
  view.slider.value = value;
  set(view, value);
}

function set(view, value) {
  if (lab.strength === view && view.value === value) return;
  view.value = value; // that of the slider is at a step
  const text = value.toFixed(2);
  view.find("output").textContent = text;
  view.slider.setAttribute("aria-valuetext", text);
  lab.strength = view;
  tell("strength", value);
}

function dismiss(view) {
  clearTimeout(view.restTimer);
  if (lab.strength === view) lab.strength = undefined;
}

export default component({ mount, receive, dismiss });
