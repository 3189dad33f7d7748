// A video straight from the browser to the bucket: our server signs, the bucket receives, our server takes over.
// Looks to its caller like one XMLHttpRequest: {status, response} at the end, progress meanwhile, abort().

const NO_ANSWER = { status: 0, response: null };

export class DirectUpload {
  // `addresses`: {presign, complete}; `data`: the form's FormData without the video.
  constructor(addresses, data, film) {
    this.addresses = addresses;
    this.film = film;
    this.fields = new URLSearchParams([...data].filter(([, value]) => typeof value === "string"));
    this.token = data.get("csrf_token");
    this.onprogress = () => {};
    this.stopper = new AbortController();
  }

  abort() {
    this.stopper.abort();
  }

  get aborted() {
    return this.stopper.signal.aborted;
  }

  // The answer of our server; status 0 when nobody answered, or after abort().
  // `bucket` marks an upload that the bucket did not take, after our server had allowed it.
  async send() {
    const signed = await this.ask(this.addresses.presign, { name: this.film.name, size_bytes: this.film.size });
    if (signed.status !== 200) return signed;
    const { url, fields, claim } = signed.response;
    const put = await this.put(url, fields);
    if (put.status < 200 || put.status > 299) return { ...put, response: null, bucket: true };
    return this.ask(this.addresses.complete, { claim });
  }

  async ask(address, more) {
    const body = new URLSearchParams(this.fields);
    for (const [name, value] of Object.entries(more)) body.set(name, value);
    try {
      const answer = await fetch(address, {
        method: "POST",
        body,
        headers: { "X-CSRFToken": this.token, Accept: "application/json" },
        signal: this.stopper.signal,
      });
      return { status: answer.status, response: await answer.json() };
    } catch {
      return NO_ANSWER;
    }
  }

  put(url, fields) {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    // The video comes last: the service stops reading the form behind it.
    form.append("file", this.film);
    return new Promise((resolve) => {
      const request = new XMLHttpRequest();
      request.open("POST", url);
      request.upload.addEventListener("progress", (event) => this.onprogress(event));
      request.addEventListener("load", () => resolve({ status: request.status }));
      request.addEventListener("error", () => resolve({ status: 0 }));
      request.addEventListener("abort", () => resolve({ status: 0 }));
      this.stopper.signal.addEventListener("abort", () => request.abort());
      request.send(form);
    });
  }
}
