using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Hortus.Pki;

namespace Hortus.ApiServer.Aggregation;

/// <summary>A certificate with its key from files, read again when they change.</summary>
internal sealed class FileKeyPair
{
    private readonly Lock gate = new();
    private readonly string certificateFile;
    private readonly string keyFile;
    private X509Certificate2 current;
    private DateTime loadedFrom;

    private FileKeyPair(string certificateFile, string keyFile)
    {
        this.certificateFile = certificateFile;
        this.keyFile = keyFile;
        loadedFrom = File.GetLastWriteTimeUtc(certificateFile);
        current = Read();
    }

    /// <summary>The certificate as of now.</summary>
    public X509Certificate2 Current
    {
        get
        {
            lock (gate)
            {
                var changed = File.GetLastWriteTimeUtc(certificateFile);
                if (changed != loadedFrom)
                {
                    try
                    {
                        current = Read();
                        loadedFrom = changed;
                    }
                    catch (IOException)
                    {
                        // Certificate and key are being replaced; until both fit, the old ones serve.
                    }
                }

                return current;
            }
        }
    }

    /// <summary>Opens the files; null when none are given.</summary>
    /// <exception cref="IOException">Only one is given, or they cannot be read; the message says which.</exception>
    public static FileKeyPair? Open(string? certificateFile, string? keyFile) => (certificateFile, keyFile) switch
    {
        (null, null) => null,
        ({ } certificate, { } key) => new FileKeyPair(certificate, key),
        _ => throw new IOException("--proxy-client-cert-file and --proxy-client-key-file belong together; give both or none"),
    };

    private X509Certificate2 Read()
    {
        try
        {
            return Pem.ReadKeyPair(File.ReadAllText(certificateFile), File.ReadAllText(keyFile));
        }
        catch (CryptographicException e)
        {
            throw new IOException($"{certificateFile}: {e.Message}", e);
        }
    }
}
