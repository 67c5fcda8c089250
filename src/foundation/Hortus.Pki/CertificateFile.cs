using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Hortus.Pki;

/// <summary>A certificate and its key in two PEM files, read again when they change. Safe for many threads.</summary>
public sealed class CertificateFile
{
    private readonly Lock gate = new();
    private readonly string certificateFile;
    private readonly string keyFile;
    private X509Certificate2 current;
    private (Stamp Certificate, Stamp Key) loaded;

    private CertificateFile(string certificateFile, string keyFile)
    {
        this.certificateFile = certificateFile;
        this.keyFile = keyFile;
        loaded = Stamps();
        current = Read();
    }

    /// <summary>Reads the files.</summary>
    /// <exception cref="IOException">A file cannot be read, is not PEM, or they do not belong together.</exception>
    public static CertificateFile Open(string certificateFile, string keyFile) => new(certificateFile, keyFile);

    /// <summary>The certificate as of now. While the files do not fit each other, because they are being replaced, the one before
    /// stays.</summary>
    public X509Certificate2 Get()
    {
        lock (gate)
        {
            var now = Stamps();
            if (now != loaded)
            {
                try
                {
                    current = Read();
                    loaded = now;
                }
                catch (IOException)
                {
                    // The next handshake looks again.
                }
            }

            return current;
        }
    }

    private (Stamp Certificate, Stamp Key) Stamps() => (Stamp.Of(certificateFile), Stamp.Of(keyFile));

    private X509Certificate2 Read()
    {
        try
        {
            return Pem.ReadKeyPair(File.ReadAllText(certificateFile), File.ReadAllText(keyFile));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new IOException($"cannot serve with certificate {certificateFile} and key {keyFile} (PEM): {e.Message}", e);
        }
    }

    // Volumes replace files by links into another folder, so the time of the name that was given says nothing.
    private readonly record struct Stamp(string Path, DateTime Written)
    {
        public static Stamp Of(string file)
        {
            try
            {
                var real = File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? file;
                return new Stamp(real, File.GetLastWriteTimeUtc(real));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return default;
            }
        }
    }
}
