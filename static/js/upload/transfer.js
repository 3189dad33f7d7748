// One video on its way: straight to the bucket where there is one, else through the site.
// Looks the same either way: send() resolves to {status, response}, abort() stops it.

import { DirectUpload } from "../direct_upload.js";

const NO_ANSWER = { status: 0, response: null };

export class Transfer {
  // addresses: the form's dataset; data: its fields without the video.
  constructor(addresses, data, film, { progress, announce }) {
    Object.assign(this, { addresses, data, film, progress, announce });
    this.aborted = false;
    this.under = null;
  }

  abort() {
    this.aborted = true;
    this.under?.abort();
  }

  async send() {
    if (!this.addresses.presign) return this.throughSite();
    const upload = new DirectUpload(this.addresses, this.data, this.film);
    upload.onprogress = this.progress;
    this.under = upload;
    const answer = await upload.send();
    if (this.aborted || !answer.bucket) return answer;
    this.announce("The storage did not take the video. Sending it through the site.");
    return this.throughSite();
  }

  throughSite() {
    this.data.append("video", this.film);
    return new Promise((resolve) => {
      const request = new XMLHttpRequest();
      request.open("POST", this.addresses.upload);
      request.setRequestHeader("X-CSRFToken", this.data.get("csrf_token"));
      request.responseType = "json";
      request.upload.addEventListener("progress", this.progress);
      request.addEventListener("load", () =>
        resolve({
          status: request.status,
          response: request.response,
          retryAfter: Number(request.getResponseHeader("Retry-After")),
        }),
      );
      for (const name of ["error", "abort"]) request.addEventListener(name, () => resolve(NO_ANSWER));
      this.under = request;
      request.send(this.data);
    });
  }
}
