// Components that send while something moves. It belongs to the way through the server, as does
// everything that names a Flight.

const RESEND_MS = 1000; // doubled with every try, so that a busy server can catch up
const GIVE_UP_MS = 16000;

// One update in flight, the newest wins. `post(number)` hands the state of that moment to Python
// under this number; `landed()` says that the answer is here. Numbers come from `counter.number`,
// which may outlive the screen.
class Flight {
  constructor(post, counter = { number: 0 }) {
    Object.assign(this, { post, counter, waitingFor: 0, dirty: false, timer: 0 });
  }
  changed() {
    this.dirty = true;
    if (this.waitingFor === 0) this.send();
  }
  send(patience = RESEND_MS) {
    this.dirty = false;
    this.waitingFor = ++this.counter.number;
    this.post(this.waitingFor);
    clearTimeout(this.timer);
    if (patience > GIVE_UP_MS) return;
    this.timer = setTimeout(() => this.send(2 * patience), patience);
  }
  // Whether the answer to `number` ends the wait. A script that knows a higher number than we do
  // has outlived this module.
  answers(number) {
    this.counter.number = Math.max(this.counter.number, number);
    return this.waitingFor !== 0 && number >= this.waitingFor;
  }
  landed() {
    this.waitingFor = 0;
    clearTimeout(this.timer);
  }
  sendIfDirty() {
    if (this.dirty && this.waitingFor === 0) this.send();
  }
  stop() {
    clearTimeout(this.timer);
  }
}

const base64Of = (bytes) => {
  let text = ""; // in pieces: a call takes only so many arguments
  for (let i = 0; i < bytes.length; i += 4096) text += String.fromCharCode(...bytes.subarray(i, i + 4096));
  return btoa(text);
};
