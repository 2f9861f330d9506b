// The start of the desk: what only the list and the open ticket need.

import "./copies.js";
import "./dialogs.js";
import "./later.js";
import "./fields.js";
import "./macros.js";
import "./rename.js";
import "./take.js";
import "./triage.js";
import { startDesk } from "./desk.js";
import { startList } from "./list.js";
import { options } from "./options.js";
import { startTicket } from "./ticket.js";
import { startComposer } from "./writing.js";

const OPTIONS_MS = 500;

startTicket();
startComposer();
startList();
startDesk();
setTimeout(options, OPTIONS_MS);
