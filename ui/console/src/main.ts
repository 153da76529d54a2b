import "@linli/tokens/tokens.css";
import "./style.css";
import { createApp } from "vue";
import App from "./App.vue";
import "./use/textSize";
import { router } from "./router";

createApp(App).use(router).mount("#app");

// The browser takes slices of it only where the machine has no Chinese font of its own.
void import("./fonts");
