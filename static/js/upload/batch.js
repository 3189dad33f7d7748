// Several videos, one after the other, each with its own progress and its own way to stop it.

import { Problem } from "./problem.js";
import { Transfer } from "./transfer.js";

const TOO_MANY = 429;
const PATIENCE = 5;
// What is wrong with the form is wrong for every video.
const OF_THE_FORM = 400;

class Line {
  constructor(list, file) {
    this.file = file;
    this.transfer = null;
    this.stopped = false;
    this.item = document.createElement("li");
    this.name = document.createElement("span");
    this.name.className = "name";
    this.name.textContent = file.name;
    this.bar = document.createElement("progress");
    this.bar.max = 100;
    this.bar.value = 0;
    this.bar.setAttribute("aria-label", file.name);
    this.words = document.createElement("span");
    this.words.className = "small quiet";
    this.words.textContent = "Waiting";
    this.button = document.createElement("button");
    this.button.type = "button";
    this.button.className = "button slim";
    this.button.textContent = "Cancel";
    this.button.setAttribute("aria-label", `Cancel ${file.name}`);
    this.button.addEventListener("click", () => this.stop());
    this.item.append(this.name, this.bar, this.words, this.button);
    list.append(this.item);
  }

  stop() {
    this.stopped = true;
    this.transfer?.abort();
    this.end("Canceled");
  }

  show({ loaded, total, lengthComputable }) {
    if (!lengthComputable) return;
    this.bar.value = Math.floor((100 * loaded) / total);
    this.words.textContent = loaded < total ? `${this.bar.value} %` : "Putting it in the queue…";
  }

  end(words) {
    this.button.remove();
    this.bar.remove();
    this.words.textContent = words;
  }

  arrived(address) {
    this.end("In the queue");
    const link = document.createElement("a");
    link.href = address;
    link.textContent = this.file.name;
    this.name.replaceChildren(link);
  }
}

export class Batch {
  constructor(list, addresses, announce) {
    Object.assign(this, { list, addresses, announce });
    this.lines = [];
    this.stopped = false;
  }

  abort() {
    this.stopped = true;
    for (const line of this.lines) if (line.button.isConnected) line.stop();
  }

  // Resolves to how many arrived, and what the server refused when it was the form's fault.
  async send(files, fields) {
    this.list.replaceChildren();
    this.list.hidden = false;
    this.lines = files.map((file) => new Line(this.list, file));
    let done = 0;
    for (const [place, line] of this.lines.entries()) {
      if (line.stopped) continue;
      const answer = await this.sendLine(line, fields, place >= Number(this.addresses.first));
      if (line.stopped) continue;
      if (answer.status === 202) {
        done += 1;
        line.arrived(answer.response.result_url);
        this.announce(`${line.file.name} is in the queue`);
        continue;
      }
      const { title, fix, errors } = Problem.of(answer);
      line.end(`${title} ${fix}`);
      if (answer.status === OF_THE_FORM && errors.length) {
        this.abort();
        return { done, refused: { title, fix, errors } };
      }
    }
    return { done, refused: null };
  }

  async sendLine(line, fields, canWait) {
    for (let tries = 0; ; tries += 1) {
      const data = fields();
      // The first few are looked at today; the others let single videos of other coaches go before.
      if (canWait) data.set("bulk", "1");
      line.transfer = new Transfer(this.addresses, data, line.file, {
        progress: (event) => line.show(event),
        announce: this.announce,
      });
      const answer = await line.transfer.send();
      if (answer.status !== TOO_MANY || tries >= PATIENCE || line.stopped) return answer;
      line.words.textContent = "Waiting: many videos in a short time";
      await new Promise((resolve) => window.setTimeout(resolve, 1000 * (answer.retryAfter || 30)));
    }
  }
}
