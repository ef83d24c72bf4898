package io.dromon.it.scenario;

/** A script that cannot be run; the message names file, line, what is wrong and what is allowed. */
final class ScriptException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ScriptException(String file, int line, String what) {
        super(file + ":" + line + ": " + what);
    }
}
