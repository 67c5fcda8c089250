using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Hortus.Host;

/// <summary>Hashes of passwords for programs that read them from files.</summary>
public static class PasswordHash
{
    // Characters and number of them that bcrypt takes as salt; the last one may carry two bits only.
    private const string SaltAlphabet = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private const string SaltEnd = ".Oeu";
    private const int SaltLength = 22;
    private const int HashLength = 60;

    // The library answers in a buffer of its own.
    private static readonly Lock Gate = new();

    /// <summary>The bcrypt hash of a password with a fresh salt, as <c>htpasswd -B</c> makes it.</summary>
    /// <param name="password">The password; bcrypt reads its first 72 bytes.</param>
    /// <param name="cost">Logarithm of the work, 4 to 31. A random password needs no more than the least.</param>
    /// <exception cref="HostException">The system's library knows no bcrypt.</exception>
    public static string Bcrypt(string password, int cost)
    {
        ArgumentException.ThrowIfNullOrEmpty(password);
        var salt = RandomNumberGenerator.GetString(SaltAlphabet, SaltLength - 1) + RandomNumberGenerator.GetString(SaltEnd, 1);
        lock (Gate)
        {
            var hash = Marshal.PtrToStringUTF8(Native.Crypt(password, $"$2y${cost:00}${salt}"));
            return hash is { Length: HashLength }
                ? hash
                : throw new HostException(
                    $"the library libcrypt.so.1 of this machine makes no bcrypt hashes: it answered {hash?.Length ?? 0} characters");
        }
    }
}
