package io.dromon.node.cli.control;

import io.dromon.node.admin.client.AdminClient;
import io.dromon.node.cli.process.CommandFailure;
import io.dromon.transport.tls.TlsEndpoint;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which node is asked, and how to get to it. */
public final class NodeDoor {
    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "Data directory of a node of this machine, the current directory if not given.")
    private @Nullable Path dataDirectory;

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "Admin listener of a node anywhere, https://HOST:PORT; http:// for one of this machine.")
    private @Nullable URI url;

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private ClientTls client;

    /** A question to a node. */
    public interface Question {
        /** Asks it. */
        AdminClient.Answer ask(AdminClient client) throws IOException;
    }

    /**
     * The answer, if the node did what it was asked to.
     *
     * @throws CommandFailure if it did not, or does not answer
     */
    public AdminClient.Answer ask(Question question) {
        try {
            AdminClient.Answer answer = answer(question);
            if (!answer.isDone()) {
                throw new CommandFailure(answer.problem());
            }
            return answer;
        } catch (IOException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()));
        }
    }

    /**
     * The answer, whatever it is.
     *
     * @throws CommandFailure if the flags cannot be used
     * @throws IOException if no node answers; the message says what to do
     */
    public AdminClient.Answer answer(Question question) throws IOException {
        if (url != null && dataDirectory != null) {
            throw new CommandFailure("--url and --data-dir name two nodes; give one of them");
        }
        client.check(ClientTls.isFor(url));
        Optional<TlsEndpoint> tls = client.endpoint(url);
        try {
            AdminClient node = url == null
                    ? AdminClient.local(dataDirectory == null ? Path.of(".") : dataDirectory)
                    : AdminClient.remote(url, tls);
            return question.ask(node);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()));
        } finally {
            tls.ifPresent(TlsEndpoint::close);
        }
    }
}
