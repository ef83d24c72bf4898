package io.dromon.node.cli.kv;

import com.fasterxml.jackson.databind.JsonNode;
import io.dromon.node.admin.api.Content;
import io.dromon.node.admin.client.AdminClient;
import io.dromon.node.cli.process.CommandFailure;
import io.dromon.transport.wire.PeerText;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dromon kv}: reads and writes the store of a running node. */
@Command(
        name = "kv",
        mixinStandardHelpOptions = true,
        description = {
            "Reads and writes the store of a running node: of this machine by its control socket (--data-dir), of another one"
                    + " by its admin listener (--url), where admin.data lets you in.",
            "Keys are texts, values are any bytes. A position, UUID:SEQNO, names a place in the cluster's order."
        },
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            KvCommand.Get.class,
            KvCommand.Put.class,
            KvCommand.Delete.class,
            KvCommand.Scan.class,
            KvCommand.Transact.class
        })
public final class KvCommand implements Runnable {
    /** As the node takes it. */
    private static final int LARGEST_VALUE = 1 << 20;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name a command, for example: dromon kv get KEY");
    }

    /** All bytes of standard input or of a file, as many as the node takes. */
    private static Content input(@Nullable Path file) throws IOException {
        try (InputStream in = file == null ? System.in : Files.newInputStream(file)) {
            // One byte more lets the node say that it is too much.
            return Content.of(in.readNBytes(LARGEST_VALUE + 1));
        }
    }

    /** {@code dromon kv get}. */
    @Command(
            name = "get",
            mixinStandardHelpOptions = true,
            description = "Prints the bytes of a value, and nothing else.")
    static final class Get extends StoreAsking {
        @Parameters(paramLabel = "KEY")
        @SuppressWarnings("NullAway.Init") // set by picocli
        private String key;

        @Option(
                names = "--position",
                description = "Print the position at which it was read as well, to standard error: for"
                        + " --if-unchanged-since, or after=SEQNO.")
        private boolean position;

        @Override
        public Integer call() throws IOException {
            AdminClient.Answer answer = read("/kv/v1/value?" + query(Map.of("key", key)));
            byte[] value = new byte[answer.body().length()];
            answer.body().bytes().get(value);
            System.out.write(value);
            if (System.out.checkError()) {
                throw new CommandFailure("standard output takes no more: the disk is full, or its reader has gone");
            }
            if (position) {
                System.err.println(position(answer));
            }
            return 0;
        }
    }

    /** What changes one key. */
    abstract static class Change extends StoreAsking {
        @Option(
                names = "--if-unchanged-since",
                paramLabel = "POSITION",
                description = "Only if nobody has written the key behind this position; exit code 4 otherwise.")
        private @Nullable String since;

        void change(String method, String key, Content value) {
            Map<String, String> headers = new LinkedHashMap<>();
            if (since != null) {
                headers.put("If-Match", '"' + since + '"');
            }
            String mediaType = method.equals("PUT") ? "application/octet-stream" : "";
            System.out.println(
                    position(write(method, "/kv/v1/value?" + query(Map.of("key", key)), headers, mediaType, value)));
        }
    }

    /** {@code dromon kv put}. */
    @Command(
            name = "put",
            mixinStandardHelpOptions = true,
            description = "Sets a value, and prints the position at which it was written.")
    static final class Put extends Change {
        @Parameters(index = "0", paramLabel = "KEY")
        @SuppressWarnings("NullAway.Init") // set by picocli
        private String key;

        @Parameters(
                index = "1",
                arity = "0..1",
                paramLabel = "VALUE",
                description = "A text; without one the bytes of standard input, 1 MiB at most.")
        private @Nullable String value;

        @Option(names = "--file", paramLabel = "FILE", description = "The bytes of a file.")
        private @Nullable Path file;

        @Spec
        @SuppressWarnings("NullAway.Init") // set by picocli
        private CommandSpec spec;

        @Override
        public Integer call() throws IOException {
            if (value != null && file != null) {
                throw new ParameterException(spec.commandLine(), "VALUE and --file are two values; give one of them");
            }
            change("PUT", key, value == null ? input(file) : Content.of(value));
            return 0;
        }
    }

    /** {@code dromon kv delete}. */
    @Command(
            name = "delete",
            mixinStandardHelpOptions = true,
            description = "Removes a key, whether it is there or not, and prints the position at which it was removed.")
    static final class Delete extends Change {
        @Parameters(paramLabel = "KEY")
        @SuppressWarnings("NullAway.Init") // set by picocli
        private String key;

        @Override
        public Integer call() {
            change("DELETE", key, Content.NONE);
            return 0;
        }
    }

    /** {@code dromon kv scan}. */
    @Command(
            name = "scan",
            mixinStandardHelpOptions = true,
            description = {
                "Prints entries in the order of their keys, a line each: KEY TAB VALUE, with everything that is no printable"
                        + " text replaced; --json prints them as they are.",
                "More than a thousand are read in several requests, each of them a snapshot of its own."
            })
    static final class Scan extends StoreAsking {
        private static final int A_REQUEST = 1000;

        @Option(names = "--prefix", paramLabel = "TEXT", description = "Keys that begin so.")
        private @Nullable String prefix;

        @Option(names = "--from", paramLabel = "KEY", description = "The first key.")
        private String from = "";

        @Option(names = "--to", paramLabel = "KEY", description = "The key before which to end.")
        private String to = "";

        @Option(
                names = "--limit",
                paramLabel = "N",
                description = "At most so many entries; ${DEFAULT-VALUE} if not given.",
                defaultValue = "1000")
        private long limit;

        @Option(names = "--json", description = "A JSON object a line: key, and value or, if that is no text, base64.")
        private boolean json;

        @Spec
        @SuppressWarnings("NullAway.Init") // set by picocli
        private CommandSpec spec;

        @Override
        public Integer call() {
            if (limit < 1) {
                throw new ParameterException(spec.commandLine(), "--limit must be 1 or more");
            }
            String start = from;
            if (prefix != null) {
                if (!from.isEmpty() || !to.isEmpty()) {
                    throw new ParameterException(
                            spec.commandLine(), "--prefix and --from or --to are two ranges; give one of them");
                }
                start = prefix;
            }
            long left = limit;
            boolean more = true;
            while (more && left > 0) {
                JsonNode page = document(read("/kv/v1/entries?"
                        + query(Map.of("from", start, "to", to, "limit", Long.toString(Math.min(left, A_REQUEST))))));
                for (JsonNode entry : page.path("entries")) {
                    if (prefix != null && !entry.path("key").asText().startsWith(prefix)) {
                        return 0; // keys are in the order of their bytes: those with the prefix are together
                    }
                    System.out.println(json ? PeerText.json(entry.toString()) : line(entry));
                    left--;
                }
                more = page.has("next");
                start = page.path("next").asText();
            }
            if (more) {
                System.err.println("there are more, from " + PeerText.printable(start));
            }
            return 0;
        }

        private static String line(JsonNode entry) {
            String value = entry.has("value")
                    ? entry.path("value").asText()
                    : "base64:" + entry.path("base64").asText();
            return PeerText.printable(entry.path("key").asText(), Integer.MAX_VALUE) + "\t"
                    + PeerText.printable(value, Integer.MAX_VALUE);
        }
    }

    /** {@code dromon kv transact}. */
    @Command(
            name = "transact",
            mixinStandardHelpOptions = true,
            description = {
                "Carries out a transaction, given as JSON, and prints what it has read as JSON, with the position.",
                "  {\"operations\": [{\"check\": \"fruit\", \"value\": \"apples\"}, {\"put\": \"fruit\", \"value\": \"pears\"},",
                "                  {\"get\": \"price\"}, {\"delete\": \"basket\"}]}",
                "A check ends it with exit code 4 if the value is another one; \"absent\": true in place of a value: if there"
                        + " is one. It is serialisable unless it has \"isolation\": \"snapshot\"; it is run again where it lost"
                        + " to another one."
            })
    static final class Transact extends StoreAsking {
        @Parameters(
                arity = "0..1",
                paramLabel = "FILE",
                description = "A file with the JSON; standard input if not given.")
        private @Nullable Path file;

        @Override
        public Integer call() throws IOException {
            String json = StandardCharsets.UTF_8.decode(input(file).bytes()).toString();
            AdminClient.Answer answer =
                    write("POST", "/kv/v1/transactions", Map.of(), AdminClient.Request.JSON, Content.of(json));
            System.out.println(PeerText.json(document(answer).toPrettyString()));
            return 0;
        }
    }
}
