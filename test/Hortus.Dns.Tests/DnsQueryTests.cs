using FsCheck.Xunit;

namespace Hortus.Dns.Tests;

public sealed class DnsQueryTests
{
    private static readonly byte[] Question = [1, (byte)'A', 3, (byte)'O', (byte)'r', (byte)'g', 0, 0, 1, 0, 1];
    private static readonly byte[] Edns = [0, 0, 41, 0x10, 0, 0, 0, 0, 0, 0, 0];

    [Fact]
    public void A_query_is_read_without_regard_to_case_and_answered_in_its_own_spelling()
    {
        var query = DnsQuery.Read(Message(1, 0, Question)).ShouldNotBeNull();

        query.Question.ShouldBe(new DnsQuestion("a.org", 1));
        query.UdpBytesMax.ShouldBe(512);
        DnsAnswer.Of(DnsCode.Refused).Write(query, isTcp: false)[12..].ShouldBe(Question);
    }

    [Fact]
    public void Edns_gives_room_and_is_answered()
    {
        var query = DnsQuery.Read(Message(1, 1, [.. Question, .. Edns])).ShouldNotBeNull();

        query.UdpBytesMax.ShouldBe(4096);
        DnsAnswer.Of(DnsCode.Refused).Write(query, isTcp: false)[^11..^5].ShouldBe(new byte[] { 0, 0, 41, 0x04, 0xD0, 0 });
    }

    [Fact]
    public void A_version_of_edns_that_nobody_knows_is_told()
    {
        byte[] later = [0, 0, 41, 0x10, 0, 0, 1, 0, 0, 0, 0];
        var query = DnsQuery.Read(Message(1, 1, [.. Question, .. later])).ShouldNotBeNull();

        query.Fault.ShouldBe(DnsCode.BadVersion);
        DnsAnswer.Of(query.Fault).Write(query, isTcp: false)[^6].ShouldBe((byte)1);
    }

    [Fact]
    public void What_is_no_query_gets_the_code_that_says_so()
    {
        DnsQuery.Read(Message(0, 0, []))!.Fault.ShouldBe(DnsCode.FormatError);
        DnsQuery.Read(Message(2, 0, [.. Question, .. Question]))!.Fault.ShouldBe(DnsCode.FormatError);
        DnsQuery.Read(Message(1, 0, Question[..^1]))!.Fault.ShouldBe(DnsCode.FormatError);
        DnsQuery.Read(Message(1, 2, [.. Question, .. Edns, .. Edns]))!.Fault.ShouldBe(DnsCode.FormatError);
        DnsQuery.Read(Message(1, 0, [0xC0, 12, 0, 1, 0, 1]))!.Fault.ShouldBe(DnsCode.FormatError);
        DnsQuery.Read(Message(1, 0, [.. Question[..^1], 3]))!.Fault.ShouldBe(DnsCode.Refused);
        var update = Message(1, 0, Question);
        update[2] |= 5 << 3;
        DnsQuery.Read(update)!.Fault.ShouldBe(DnsCode.NotImplemented);
        DnsQuery.Read(Message(0, 0, []).AsMemory(0, 11)).ShouldBeNull();
        var answer = Message(1, 0, Question);
        answer[2] |= 0x80;
        DnsQuery.Read(answer).ShouldBeNull();
    }

    [Property(MaxTest = 2000)]
    public void Any_bytes_are_read_without_a_fault_of_ours(byte[] body, byte questions, byte additionals)
    {
        if (DnsQuery.Read(Message((byte)(questions % 3), (byte)(additionals % 3), body ?? [])) is { } query)
        {
            DnsAnswer.Of(query.Fault).Write(query, isTcp: false).Length.ShouldBeGreaterThanOrEqualTo(12);
        }
    }

    private static byte[] Message(byte questions, byte additionals, byte[] body) =>
        [0, 7, 1, 0, 0, questions, 0, 0, 0, 0, 0, additionals, .. body];
}
