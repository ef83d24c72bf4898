package io.dromon.sst.channel;

import io.dromon.sst.Token;
import io.dromon.sst.TransferException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.net.ssl.SSLSession;

/**
 * Both ends prove inside TLS that they know the token. The proof covers a fresh nonce of each end and the certificates
 * of both ends as this end sees them: an attacker in the middle, with a certificate of the right CA, sees other ones
 * than the ends do, and what he hands on proves nothing. (The keying-material exporter of RFC 5705, which would bind to the
 * very session, is not offered by the JDK 17 nor by netty-tcnative.)
 */
public final class Proof {
    public static final byte[] MAGIC = "DROMSST1".getBytes(StandardCharsets.US_ASCII);
    public static final int NONCE = 32;
    public static final int SESSION = 16;
    public static final int MAC = 32;

    private static final SecureRandom RANDOM = new SecureRandom();

    private Proof() {}

    public static byte[] random(int length) {
        byte[] bytes = new byte[length];
        RANDOM.nextBytes(bytes);
        return bytes;
    }

    public static byte[] fingerprint(Certificate certificate) throws IOException {
        try {
            return MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IOException("a certificate cannot be read", e);
        }
    }

    public static byte[] mac(Token token, String role, byte[]... parts) throws IOException {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(token.secret(), "HmacSHA256"));
            mac.update(("dromon sst 1 " + role + "\0").getBytes(StandardCharsets.US_ASCII));
            for (byte[] part : parts) {
                mac.update(ByteBuffer.allocate(4).putInt(part.length).flip());
                mac.update(part);
            }
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HMAC-SHA-256", e);
        }
    }

    private static byte[] take(TlsChannel channel, int length, long deadlineNs) throws IOException {
        if (!channel.await(length, deadlineNs)) {
            throw new SocketTimeoutException("no proof of the token within the time");
        }
        byte[] bytes = new byte[length];
        channel.received().get(bytes);
        return bytes;
    }

    /**
     * One end of a transfer: what is the same on all of its connections.
     *
     * @param session drawn anew for each transfer
     * @param certificate its fingerprint
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by is(), in constant time
    public record Party(byte[] session, byte[] certificate) {
        public boolean is(Party other) {
            boolean sameSession = MessageDigest.isEqual(session, other.session);
            boolean sameCertificate = MessageDigest.isEqual(certificate, other.certificate);
            return sameSession && sameCertificate;
        }

        @Override
        public String toString() {
            return "Party[" + HexFormat.of().formatHex(certificate, 0, 8) + "]";
        }
    }

    /** Whether this other end is the one of the transfer, now that it has proven itself. */
    public interface Gate {
        boolean admit(Party party);
    }

    /** The donor's side; returns when both are proven, until {@code deadlineNs} at the latest. */
    static void donor(TlsChannel channel, Token token, byte[] session, long deadlineNs, Gate gate) throws IOException {
        byte[] magic = take(channel, MAGIC.length, deadlineNs);
        if (!Arrays.equals(magic, MAGIC)) {
            throw Frame.protocol("it does not begin as a joiner does");
        }
        byte[] joinerNonce = take(channel, NONCE, deadlineNs);
        byte[] joinerSession = take(channel, SESSION, deadlineNs);
        byte[] donorNonce = random(NONCE);
        SSLSession tls = channel.session();
        byte[] joiner = fingerprint(tls.getPeerCertificates()[0]);
        byte[] own = fingerprint(tls.getLocalCertificates()[0]);
        byte[][] bound = {joinerNonce, donorNonce, joinerSession, session, joiner, own};
        ByteBuffer answer = ByteBuffer.allocateDirect(MAGIC.length + NONCE + SESSION + MAC)
                .put(MAGIC)
                .put(donorNonce)
                .put(session)
                .put(mac(token, "donor", bound));
        channel.write(answer.flip());
        if (take(channel, 1, deadlineNs)[0] != 1) {
            throw new TransferException(
                    TransferException.Reason.TOKEN_REFUSED,
                    "the joiner refuses the token: it is another transfer's, or another donor has used it");
        }
        byte[] proof = take(channel, MAC, deadlineNs);
        if (!MessageDigest.isEqual(proof, mac(token, "joiner", bound))) {
            throw new TransferException(
                    TransferException.Reason.TOKEN_REFUSED,
                    "who listens there does not know the token: it is not the joiner, and got nothing");
        }
        if (!gate.admit(new Party(joinerSession, joiner))) {
            throw new TransferException(
                    TransferException.Reason.TOKEN_REFUSED,
                    "another joiner with the same token listens there now; it got nothing, and the first has only a"
                            + " part: begin again with a new token");
        }
    }

    /** The joiner's side; returns when both are proven, until {@code deadlineNs} at the latest. */
    public static void joiner(TlsChannel channel, Token token, byte[] session, long deadlineNs, Gate gate)
            throws IOException {
        byte[] joinerNonce = random(NONCE);
        channel.write(ByteBuffer.allocateDirect(MAGIC.length + NONCE + SESSION)
                .put(MAGIC)
                .put(joinerNonce)
                .put(session)
                .flip());
        byte[] magic = take(channel, MAGIC.length, deadlineNs);
        if (!Arrays.equals(magic, MAGIC)) {
            throw Frame.protocol("it does not begin as a donor does");
        }
        byte[] donorNonce = take(channel, NONCE, deadlineNs);
        byte[] donorSession = take(channel, SESSION, deadlineNs);
        byte[] proof = take(channel, MAC, deadlineNs);
        SSLSession tls = channel.session();
        byte[] own = fingerprint(tls.getLocalCertificates()[0]);
        byte[] peer = fingerprint(tls.getPeerCertificates()[0]);
        byte[][] bound = {joinerNonce, donorNonce, session, donorSession, own, peer};
        boolean proven = MessageDigest.isEqual(proof, mac(token, "donor", bound));
        if (!proven || !gate.admit(new Party(donorSession, peer))) {
            channel.write(ByteBuffer.allocateDirect(1).put((byte) 0).flip());
            throw new TransferException(
                    TransferException.Reason.TOKEN_REFUSED,
                    proven ? "the token was used by another donor already" : "the token was not proven");
        }
        channel.write(ByteBuffer.allocateDirect(1 + MAC)
                .put((byte) 1)
                .put(mac(token, "joiner", bound))
                .flip());
    }
}
