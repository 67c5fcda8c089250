using System.Runtime.InteropServices;

namespace Hortus.Host.Tests;

public sealed partial class PasswordHashTests
{
    [Fact]
    public void A_hash_is_what_htpasswd_writes_and_differs_each_time()
    {
        var (one, two) = (PasswordHash.Bcrypt("correct horse", 4), PasswordHash.Bcrypt("correct horse", 4));

        one.ShouldMatch(@"^\$2y\$04\$[./A-Za-z0-9]{53}$");
        two.ShouldNotBe(one);
    }

    [Fact]
    public void The_password_makes_the_same_hash_with_the_salt_of_the_hash()
    {
        var hash = PasswordHash.Bcrypt("correct horse", 4);

        Marshal.PtrToStringUTF8(Crypt("correct horse", hash)).ShouldBe(hash);
        Marshal.PtrToStringUTF8(Crypt("wrong horse", hash)).ShouldNotBe(hash);
    }

    [Fact]
    public void A_cost_that_bcrypt_does_not_know_is_refused()
    {
        Should.Throw<HostException>(() => PasswordHash.Bcrypt("correct horse", 99)).Message.ShouldContain("bcrypt");
    }

    [LibraryImport("libcrypt.so.1", EntryPoint = "crypt", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint Crypt(string phrase, string setting);
}
