package io.dromon.node.rebootstrap;

import io.dromon.config.NameBytes;
import io.dromon.config.Option;
import io.dromon.config.ProviderOptions;
import io.dromon.config.Registry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a re-bootstrap may change: how nodes prove themselves to each other and what they put on the wire, which all nodes of a
 * cluster must have alike at one time. Everything else is changed node by node.
 */
public final class ChangeableOptions {
    private static final Set<String> NAMES = Set.of(
            "socket.ssl",
            "socket.ssl_cert",
            "socket.ssl_key",
            "socket.ssl_ca",
            "socket.ssl_password_file",
            "socket.ssl_cipher",
            "socket.ssl_compression",
            "socket.checksum",
            "socket.dynamic",
            "tls.protocols",
            "tls.provider",
            "tls.dynamic_until",
            "tls.verify",
            "tls.match",
            "tls.valid_ous",
            "tls.valid_cns",
            "tls.valid_sans",
            "tls.valid_fingerprints",
            "tls.crl",
            "tls.crl_required",
            "tls.check_host");
    private static final String ORGANISATIONS = "tls.client_ca.";

    private ChangeableOptions() {}

    /**
     * The options of a text as {@code wsrep_provider_options} has it, by their names.
     *
     * @throws IllegalArgumentException with everything that is wrong
     */
    public static Map<String, String> parse(String text) {
        List<String> problems = new ArrayList<>();
        Map<String, String> options = new TreeMap<>();
        for (ProviderOptions.Entry entry : ProviderOptions.parse(text, problems)) {
            if (options.put(entry.name(), entry.value()) != null) {
                problems.add(entry.name() + " stands twice; leave one of them out");
            }
        }
        return checked(options, problems);
    }

    /**
     * The same options under the names of the registry.
     *
     * @throws IllegalArgumentException with everything that is wrong
     */
    public static Map<String, String> checked(Map<String, String> options) {
        return checked(options, new ArrayList<>());
    }

    private static Map<String, String> checked(Map<String, String> options, List<String> problems) {
        Map<String, String> checked = new TreeMap<>();
        options.forEach((name, value) -> {
            Option<?> option = Registry.find(name).orElse(null);
            if (option == null) {
                problems.add(Registry.unknown(name));
            } else if (!isChangeable(option.name())) {
                problems.add(
                        option.name() + " is no option that a re-bootstrap changes: it takes those of TLS (socket.ssl,"
                                + " socket.ssl_*, tls.*), socket.checksum and socket.dynamic. Change it node by node, in the option"
                                + " file" + (option.change() == Option.Change.YES ? ", or by 'dromon set'" : ""));
            } else {
                checked.put(option.name(), value.strip());
                checkValue(option, value.strip(), problems);
            }
        });
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("\n", problems));
        }
        return checked;
    }

    private static boolean isChangeable(String name) {
        return NAMES.contains(name) || (name.startsWith(ORGANISATIONS) && name.length() > ORGANISATIONS.length());
    }

    private static void checkValue(Option<?> option, String value, List<String> problems) {
        try {
            if (!(isFile(option.name()) && value.isEmpty())) {
                option.parse(value);
            }
        } catch (IllegalArgumentException e) {
            problems.add(String.valueOf(e.getMessage()));
        }
    }

    /** Whether the value of that option names a file. */
    public static boolean isFile(String name) {
        return name.startsWith(ORGANISATIONS)
                || Registry.find(name)
                        .filter(option -> option.type().name().equals("path"))
                        .isPresent();
    }

    /**
     * Refuses options whose values name a file in a way that means another one on each machine.
     *
     * @throws IllegalArgumentException with the first of them
     */
    public static void checkOnNodes(Map<String, String> options) {
        options.forEach((name, value) -> {
            if (isFile(name) && !value.isEmpty() && !NameBytes.path(value).isAbsolute()) {
                throw new IllegalArgumentException(
                        name + "=" + value + ": it is not told where that file is. Name it under"
                                + " 'files' of the plan, or give --files DIR, to have it brought to the nodes; or give its absolute"
                                + " path there, if every node has it already");
            }
        });
    }

    /** A local file as a plan has it. */
    static String local(Path file) {
        return NameBytes.text(file.toAbsolutePath().normalize());
    }
}
