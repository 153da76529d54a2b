/** Before each file of tests: nothing that another left on the page or kept in the browser. After each test: nothing
 *  stays mounted, which would go on answering to what the next one says of who is signed in.
 */
import { disableAutoUnmount, enableAutoUnmount } from "@vue/test-utils";
import { afterEach } from "vitest";

document.body.replaceChildren();
localStorage.clear();
sessionStorage.clear();
disableAutoUnmount(); // by the file before
enableAutoUnmount(afterEach);
