"""The land-use codes (mã loại đất), typed by hand.

Rule: Thông tư 08/2024/TT-BTNMT, Phụ lục II mục A, in force from 1 August 2024, amended by TT
23/2025/TT-BNNMT. The primary text was not at hand: the list follows a dictionary used with VBDLIS and
MPLIS, so every entry is "secondary", and which leaf codes are current is "recalled". Zones (khu) are not
uses of a parcel; they are listed so that they are recognised and called what they are.
"""

from typing import NamedTuple

CURRENT_FROM = "2024-08-01"


class LandUse(NamedTuple):
    """One code. `parent` is the code it is a part of, empty for the three groups."""

    code: str
    vi: str
    en: str
    parent: str


CURRENT: tuple[LandUse, ...] = (
    LandUse("NNP", "Nhóm đất nông nghiệp", "Agricultural land", ""),
    LandUse("LUA", "Đất trồng lúa", "Paddy land", "NNP"),
    LandUse("LUC", "Đất chuyên trồng lúa", "Land used only for paddy", "LUA"),
    LandUse("LUK", "Đất trồng lúa còn lại", "Other paddy land", "LUA"),
    LandUse("CHN", "Đất trồng cây hằng năm", "Land for annual crops", "NNP"),
    LandUse("HNK", "Đất trồng cây hằng năm khác", "Land for other annual crops", "CHN"),
    LandUse("CLN", "Đất trồng cây lâu năm", "Land for perennial crops", "NNP"),
    LandUse("RDD", "Đất rừng đặc dụng", "Special-use forest land", "NNP"),
    LandUse("RPH", "Đất rừng phòng hộ", "Protection forest land", "NNP"),
    LandUse("RSX", "Đất rừng sản xuất", "Production forest land", "NNP"),
    LandUse("NTS", "Đất nuôi trồng thủy sản", "Aquaculture land", "NNP"),
    LandUse("CNT", "Đất chăn nuôi tập trung", "Land for concentrated livestock farming", "NNP"),
    LandUse("LMU", "Đất làm muối", "Salt-making land", "NNP"),
    LandUse("NKH", "Đất nông nghiệp khác", "Other agricultural land", "NNP"),
    LandUse("PNN", "Nhóm đất phi nông nghiệp", "Non-agricultural land", ""),
    LandUse("OTC", "Đất ở", "Residential land", "PNN"),
    LandUse("ONT", "Đất ở tại nông thôn", "Rural residential land", "OTC"),
    LandUse("ODT", "Đất ở tại đô thị", "Urban residential land", "OTC"),
    LandUse("TSC", "Đất xây dựng trụ sở cơ quan", "Land for offices of agencies", "PNN"),
    LandUse("CQP", "Đất quốc phòng", "National defence land", "PNN"),
    LandUse("CAN", "Đất an ninh", "Public security land", "PNN"),
    LandUse("DSN", "Đất xây dựng công trình sự nghiệp", "Land for public service works", "PNN"),
    LandUse("DVH", "Đất xây dựng cơ sở văn hóa", "Land for cultural facilities", "DSN"),
    LandUse("DXH", "Đất xây dựng cơ sở xã hội", "Land for social service facilities", "DSN"),
    LandUse("DYT", "Đất xây dựng cơ sở y tế", "Land for health facilities", "DSN"),
    LandUse("DGD", "Đất xây dựng cơ sở giáo dục và đào tạo", "Land for education and training", "DSN"),
    LandUse("DTT", "Đất xây dựng cơ sở thể dục, thể thao", "Land for sports facilities", "DSN"),
    LandUse("DKH", "Đất xây dựng cơ sở khoa học và công nghệ", "Land for science and technology", "DSN"),
    LandUse("DMT", "Đất xây dựng cơ sở môi trường", "Land for environmental facilities", "DSN"),
    LandUse("DKT", "Đất xây dựng cơ sở khí tượng thủy văn", "Land for hydrometeorology", "DSN"),
    LandUse("DNG", "Đất xây dựng cơ sở ngoại giao", "Land for diplomatic facilities", "DSN"),
    LandUse("DSK", "Đất xây dựng công trình sự nghiệp khác", "Land for other public service works", "DSN"),
    LandUse(
        "CSK",
        "Đất sản xuất, kinh doanh phi nông nghiệp",
        "Land for non-agricultural production and business",
        "PNN",
    ),
    LandUse("SKK", "Đất khu công nghiệp", "Industrial park land", "CSK"),
    LandUse("SKN", "Đất cụm công nghiệp", "Industrial cluster land", "CSK"),
    LandUse(
        "SCT",
        "Đất khu công nghệ thông tin tập trung",
        "Land of concentrated information technology parks",
        "CSK",
    ),
    LandUse("TMD", "Đất thương mại, dịch vụ", "Land for trade and services", "CSK"),
    LandUse(
        "SKC",
        "Đất cơ sở sản xuất phi nông nghiệp",
        "Land of non-agricultural production establishments",
        "CSK",
    ),
    LandUse("SKS", "Đất sử dụng cho hoạt động khoáng sản", "Land for mineral activities", "CSK"),
    LandUse("CCC", "Đất sử dụng vào mục đích công cộng", "Land for public purposes", "PNN"),
    LandUse("DGT", "Đất công trình giao thông", "Transport land", "CCC"),
    LandUse("DTL", "Đất công trình thủy lợi", "Irrigation land", "CCC"),
    LandUse("DCT", "Đất công trình cấp nước, thoát nước", "Water supply and drainage land", "CCC"),
    LandUse("DPC", "Đất công trình phòng, chống thiên tai", "Land for disaster prevention works", "CCC"),
    LandUse(
        "DDD",
        "Đất có di tích lịch sử - văn hóa, danh lam thắng cảnh, di sản thiên nhiên",
        "Land of historic sites, scenic places and natural heritage",
        "CCC",
    ),
    LandUse("DRA", "Đất công trình xử lý chất thải", "Land for waste treatment works", "CCC"),
    LandUse(
        "DNL",
        "Đất công trình năng lượng, chiếu sáng công cộng",
        "Land for energy and public lighting works",
        "CCC",
    ),
    LandUse(
        "DBV",
        "Đất công trình hạ tầng bưu chính, viễn thông, công nghệ thông tin",
        "Land for post, telecommunication and information technology works",
        "CCC",
    ),
    LandUse("DCH", "Đất chợ dân sinh, chợ đầu mối", "Land of markets", "CCC"),
    LandUse(
        "DKV",
        "Đất khu vui chơi, giải trí công cộng, sinh hoạt cộng đồng",
        "Land for public recreation and community life",
        "CCC",
    ),
    LandUse("TON", "Đất tôn giáo", "Religious land", "PNN"),
    LandUse("TIN", "Đất tín ngưỡng", "Land for folk worship", "PNN"),
    LandUse(
        "NTD",
        "Đất nghĩa trang, nhà tang lễ, cơ sở hỏa táng; đất cơ sở lưu giữ tro cốt",
        "Land of cemeteries, funeral halls, crematoria and columbaria",
        "PNN",
    ),
    LandUse("TVC", "Đất có mặt nước chuyên dùng", "Land with special-use water surface", "PNN"),
    LandUse(
        "MNC",
        "Đất có mặt nước chuyên dùng dạng ao, hồ, đầm, phá",
        "Special-use water surface: ponds, lakes, lagoons",
        "TVC",
    ),
    LandUse(
        "SON",
        "Đất có mặt nước dạng sông, ngòi, kênh, rạch, suối",
        "Special-use water surface: rivers, canals, streams",
        "TVC",
    ),
    LandUse("PNK", "Đất phi nông nghiệp khác", "Other non-agricultural land", "PNN"),
    LandUse("CSD", "Nhóm đất chưa sử dụng", "Unused land", ""),
    LandUse(
        "CGT",
        "Đất do Nhà nước thu hồi theo quy định của pháp luật đất đai chưa giao, chưa cho thuê sử dụng",
        "Land recovered by the State and not yet allocated or leased",
        "CSD",
    ),
    LandUse("BCS", "Đất bằng chưa sử dụng", "Unused flat land", "CSD"),
    LandUse("DCS", "Đất đồi núi chưa sử dụng", "Unused hilly land", "CSD"),
    LandUse("NCS", "Núi đá không có rừng cây", "Rocky mountains without forest", "CSD"),
    LandUse("MCS", "Đất có mặt nước chưa sử dụng", "Unused water surface", "CSD"),
)

# Codes of earlier rules that real databases still hold. Names only where we are sure of them.
LEGACY: tuple[LandUse, ...] = (
    LandUse("BHK", "Đất bằng trồng cây hàng năm khác", "Flat land for other annual crops", "CHN"),
    LandUse("NHK", "Đất nương rẫy trồng cây hàng năm khác", "Upland for other annual crops", "CHN"),
    LandUse("LUN", "Đất trồng lúa nương", "Upland paddy land", "LUA"),
    LandUse("COC", "Đất cỏ dùng vào chăn nuôi", "Pasture", "CHN"),
    LandUse("LNC", "Đất trồng cây công nghiệp lâu năm", "Land for perennial industrial crops", "CLN"),
    LandUse("LNQ", "Đất trồng cây ăn quả lâu năm", "Land for perennial fruit trees", "CLN"),
    LandUse("LNK", "Đất trồng cây lâu năm khác", "Land for other perennial crops", "CLN"),
    LandUse("LNP", "Đất lâm nghiệp", "Forestry land", "NNP"),
    LandUse("RSN", "Đất có rừng tự nhiên sản xuất", "Natural production forest", "RSX"),
    LandUse("RST", "Đất có rừng trồng sản xuất", "Planted production forest", "RSX"),
    LandUse("RSK", "Đất khoanh nuôi phục hồi rừng sản xuất", "Regenerating production forest", "RSX"),
    LandUse("RSM", "Đất trồng rừng sản xuất", "Land being planted as production forest", "RSX"),
    LandUse("RPN", "Đất có rừng tự nhiên phòng hộ", "Natural protection forest", "RPH"),
    LandUse("RPT", "Đất có rừng trồng phòng hộ", "Planted protection forest", "RPH"),
    LandUse("RPK", "Đất khoanh nuôi phục hồi rừng phòng hộ", "Regenerating protection forest", "RPH"),
    LandUse("RPM", "Đất trồng rừng phòng hộ", "Land being planted as protection forest", "RPH"),
    LandUse("RDN", "Đất có rừng tự nhiên đặc dụng", "Natural special-use forest", "RDD"),
    LandUse("RDT", "Đất có rừng trồng đặc dụng", "Planted special-use forest", "RDD"),
    LandUse("RDK", "Đất khoanh nuôi phục hồi rừng đặc dụng", "Regenerating special-use forest", "RDD"),
    LandUse("RDM", "Đất trồng rừng đặc dụng", "Land being planted as special-use forest", "RDD"),
    LandUse("TSL", "Đất nuôi trồng thủy sản nước lợ, mặn", "Brackish and salt-water aquaculture", "NTS"),
    LandUse("TSN", "Đất chuyên nuôi trồng thủy sản nước ngọt", "Freshwater aquaculture", "NTS"),
    LandUse("CTS", "Đất trụ sở cơ quan, công trình sự nghiệp", "Offices and public service works", "PNN"),
    LandUse("DTS", "Đất trụ sở của tổ chức sự nghiệp", "Offices of public service bodies", "PNN"),
    LandUse("TSK", "Đất trụ sở khác", "Other offices", "PNN"),
    LandUse("SKT", "Đất khu chế xuất", "Export processing zone land", "CSK"),
    LandUse("SKX", "Đất sản xuất vật liệu xây dựng, làm đồ gốm", "Building materials, ceramics", "CSK"),
    LandUse("SCC", "Đất sử dụng vào mục đích công cộng (mã cũ)", "Public purposes (old code)", "CCC"),
    LandUse("CDG", "Đất chuyên dùng", "Special-use land", "PNN"),
    LandUse("CQA", "Đất quốc phòng, an ninh", "Defence and security land", "PNN"),
    LandUse("DDT", "Đất có di tích lịch sử - văn hóa", "Land of historic and cultural sites", "CCC"),
    LandUse("DDL", "Đất danh lam thắng cảnh", "Land of scenic places", "CCC"),
    LandUse("DSH", "Đất sinh hoạt cộng đồng", "Community life land", "CCC"),
    LandUse("DCK", "Đất công trình công cộng khác", "Other public works", "CCC"),
    LandUse("TTN", "Đất tôn giáo, tín ngưỡng", "Religious and folk worship land", "PNN"),
    LandUse(
        "SMN",
        "Đất sông suối và mặt nước chuyên dùng",
        "Rivers, streams and special-use water surface",
        "PNN",
    ),
    LandUse("MVB", "Đất có mặt nước ven biển (quan sát)", "Coastal water surface (for observation)", ""),
    LandUse("MVT", "Đất mặt nước ven biển nuôi trồng thủy sản", "Coastal water for aquaculture", "MVB"),
    LandUse("MVR", "Đất mặt nước ven biển có rừng", "Coastal water with forest", "MVB"),
    LandUse("MVK", "Đất mặt nước ven biển có mục đích khác", "Coastal water for other uses", "MVB"),
)

# Zones of planning, found in the land-use field of real files; never the use of a parcel.
ZONES: tuple[LandUse, ...] = (
    LandUse("KDT", "Khu đô thị", "Urban zone", ""),
    LandUse("DNT", "Khu dân cư nông thôn", "Rural residential zone", ""),
    LandUse("KKT", "Khu kinh tế", "Economic zone", ""),
    LandUse("CNC", "Khu công nghệ cao", "High-tech zone", ""),
    LandUse("KBT", "Khu bảo tồn thiên nhiên", "Nature reserve", ""),
    LandUse("KĐD", "Khu đa dạng sinh học", "Biodiversity zone", ""),
)
