// What helps beyond the page: buttons that copy and print, and the minutes that
// are left.
"use strict";

for (const code of document.querySelectorAll("[data-copyable]")) {
	if (!navigator.clipboard) break; // no https
	const { copy, copied } = document.body.dataset;
	const button = document.createElement("button");
	button.type = "button";
	button.className = "copy";
	button.textContent = copy;
	button.setAttribute("aria-label", copy + ": " + code.textContent);
	button.addEventListener("click", async () => {
		await navigator.clipboard.writeText(code.textContent);
		button.textContent = copied;
		setTimeout(() => { button.textContent = copy; }, 2000);
	});
	code.parentElement.classList.add("copyable");
	code.after(button);
}

for (const place of document.querySelectorAll("[data-print]")) {
	const button = document.createElement("button");
	button.type = "button";
	button.textContent = place.dataset.print;
	button.addEventListener("click", () => print());
	place.append(button);
}

const clock = document.querySelector(".clock");
const download = document.querySelector("[data-download]");
if (clock && download) {
	const minutes = 8;
	const time = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "numeric", minute: "2-digit" });
	// The server knows its own time of day; here is the person's.
	clock.textContent = clock.dataset.by.replace("{time}", time.format(new Date(Date.now() + minutes * 60000)));
	let ticking;
	download.addEventListener("click", () => {
		const end = Date.now() + minutes * 60000;
		clearInterval(ticking);
		const tick = () => {
			const left = Math.round((end - Date.now()) / 1000);
			if (left <= 0) {
				clearInterval(ticking);
				clock.textContent = clock.dataset.over;
				return;
			}
			clock.textContent = Math.floor(left / 60) + ":" + String(left % 60).padStart(2, "0");
		};
		tick();
		ticking = setInterval(tick, 1000);
	});
}
