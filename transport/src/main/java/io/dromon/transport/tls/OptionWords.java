package io.dromon.transport.tls;

import io.dromon.transport.tls.pem.PemFiles;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The words of a program that is no node for the options of TLS: the texts of this package name those of a node
 * ({@code socket.ssl_ca}), which cannot be set there.
 */
public final class OptionWords {
    private static final Pattern NAME = Pattern.compile("(?<![A-Za-z0-9_.])(?:socket|tls)\\.[a-z_]+(?:=identity)?");

    private final Map<String, String> words;
    private final String noPassword;

    /** Where an encrypted key can be used. */
    public OptionWords(Map<String, String> words) {
        this(words, PemFiles.NO_PASSWORD);
    }

    /**
     * @param words by the name of the option; an option without words keeps its name
     * @param noPassword what to do about an encrypted key
     */
    public OptionWords(Map<String, String> words, String noPassword) {
        this.words = Map.copyOf(words);
        this.noPassword = noPassword;
    }

    /** The text in these words. */
    public String in(String text) {
        String ours = text.replace(PemFiles.NO_PASSWORD, noPassword)
                .replace(" (without socket.ssl_ca: use the same socket.ssl_cert on all nodes)", "");
        return NAME.matcher(ours)
                .replaceAll(name -> Matcher.quoteReplacement(words.getOrDefault(name.group(), name.group())));
    }
}
